/** Bytes at hand as a stream of one piece. */
// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is at hand
export async function* streamOf(
  bytes: Uint8Array<ArrayBuffer>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield bytes;
}
