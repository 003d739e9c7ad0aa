/**
 * The elements of `bytes` as 32-bit words, each at the top of its word: the sign of a 16-bit float
 * comes to bit 31 like that of a 32-bit one, and the bits below the element are 0.
 *
 * @param elementBytes - little-endian elements; bytes after the last whole element are left out.
 */
export function elementWords(bytes: Uint8Array, elementBytes: 1 | 2 | 4): Uint32Array {
  const count = Math.floor(bytes.length / elementBytes);
  const words = new Uint32Array(count);
  if (elementBytes === 4) {
    new Uint8Array(words.buffer).set(bytes.subarray(0, count * 4));
    return words;
  }
  if (elementBytes === 2)
    for (let i = 0, k = 0; i < count; i++, k += 2)
      words[i] = ((bytes[k] as number) << 16) | ((bytes[k + 1] as number) << 24);
  else for (let i = 0; i < count; i++) words[i] = (bytes[i] as number) << 24;
  return words;
}

/** Writes the elements that `elementWords` gave to the beginning of `bytes`. */
export function putElementWords(bytes: Uint8Array, words: Uint32Array, elementBytes: 1 | 2 | 4) {
  if (elementBytes === 4) {
    bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.length * 4));
    return;
  }
  if (elementBytes === 2)
    for (let i = 0, k = 0; i < words.length; i++, k += 2) {
      const word = words[i] as number;
      bytes[k] = word >>> 16;
      bytes[k + 1] = word >>> 24;
    }
  else for (let i = 0; i < words.length; i++) bytes[i] = (words[i] as number) >>> 24;
}
