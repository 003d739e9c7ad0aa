import type { Piece } from './derivation.ts';

/**
 * Runs of joined bases without the bases that none of them touches.
 *
 * @param lengths - bytes of each base.
 * @returns the runs as they lie in the bases left, and the places of these.
 */
export function usedPieces(
  pieces: readonly Piece[],
  lengths: readonly number[],
): { readonly pieces: Piece[]; readonly used: number[] } {
  const starts: number[] = [];
  let total = 0;
  for (const length of lengths) {
    starts.push(total);
    total += length;
  }
  const used = lengths.flatMap((length, at) => {
    const start = starts[at] as number;
    const touches = ({ fromByte, bytes }: Piece) =>
      fromByte >= 0 && fromByte < start + length && fromByte + bytes > start;
    return pieces.some(touches) ? [at] : [];
  });
  const moved = new Map<number, number>();
  let next = 0;
  for (const at of used) {
    moved.set(at, next - (starts[at] as number));
    next += lengths[at] as number;
  }
  const shifted = pieces.map((piece) => {
    if (piece.fromByte < 0) return piece;
    let at = starts.length - 1;
    while ((starts[at] as number) > piece.fromByte) at--;
    return { ...piece, fromByte: piece.fromByte + (moved.get(at) ?? 0) };
  });
  return { pieces: shifted, used };
}
