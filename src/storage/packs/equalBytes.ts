/** Whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // Four bytes at a time where both arrays allow it.
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? a.length >> 2 : 0;
  const left = new Uint32Array(a.buffer, words === 0 ? 0 : a.byteOffset, words);
  const right = new Uint32Array(b.buffer, words === 0 ? 0 : b.byteOffset, words);
  for (let at = 0; at < words; at++) if (left[at] !== right[at]) return false;
  for (let at = 4 * words; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
