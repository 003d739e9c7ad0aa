/** A stream of pieces as one buffer of `sizeBytes`. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
