type Piece = Uint8Array<ArrayBuffer>;

/**
 * Cuts a stream anew into pieces of exactly `sizeBytes`, the last one shorter; none of an empty one.
 *
 * The caller owns the pieces; those that fit already are passed on, not copied.
 */
export async function* inPiecesOf(
  sizeBytes: number,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Piece> {
  let open: Piece | undefined;
  let filled = 0;
  for await (const piece of stream) {
    let at = 0;
    while (at < piece.length) {
      if (open === undefined && at === 0 && piece.length === sizeBytes && ownsBuffer(piece)) {
        yield piece;
        break;
      }
      open ??= new Uint8Array(sizeBytes);
      const part = piece.subarray(at, at + sizeBytes - filled);
      open.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === sizeBytes) {
        yield open;
        open = undefined;
        filled = 0;
      }
    }
  }
  if (open !== undefined && filled > 0) yield open.slice(0, filled);
}

/**
 * Joins runs of pieces under `sizeBytes` into pieces of about that size, so that a file of a million
 * tiny segments is not a million pieces. Large pieces are passed on as they are.
 */
export async function* withSmallPiecesJoined(
  sizeBytes: number,
  stream: AsyncIterable<Piece>,
): AsyncGenerator<Piece> {
  let open: Piece | undefined;
  let filled = 0;
  for await (const piece of stream) {
    if (open !== undefined && filled + piece.length > sizeBytes) {
      yield open.slice(0, filled);
      open = undefined;
      filled = 0;
    }
    if (piece.length >= sizeBytes / 2) {
      if (open !== undefined) yield open.slice(0, filled);
      open = undefined;
      filled = 0;
      yield piece;
    } else {
      open ??= new Uint8Array(sizeBytes);
      open.set(piece, filled);
      filled += piece.length;
    }
  }
  if (open !== undefined && filled > 0) yield open.slice(0, filled);
}

function ownsBuffer(piece: Uint8Array): piece is Piece {
  return piece.buffer instanceof ArrayBuffer && piece.byteLength === piece.buffer.byteLength;
}
