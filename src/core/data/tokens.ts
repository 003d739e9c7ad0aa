import { utf8 } from '../utf8.ts';

/**
 * A sentence as token ids, `length` of them: cut, or padded with 0.
 *
 * `words`: runs of letters and digits with apostrophes within, lower-cased, each hashed to 1 … vocabulary − 1.
 * `bytes`: UTF-8, each byte plus 1. Source of the hash: FNV-1a, 32 bits (draft-eastlake-fnv).
 *
 * @param vocabulary - at least 2; at least 257 for bytes.
 */
export function tokensOf(
  text: string,
  tokenizer: 'words' | 'bytes',
  vocabulary: number,
  length: number,
): Int32Array<ArrayBuffer> {
  const ids = new Int32Array(length);
  if (tokenizer === 'bytes') {
    // Bytes past the length are not encoded: a character has at least one.
    const bytes = utf8(text.slice(0, length)).subarray(0, length);
    bytes.forEach((byte, at) => (ids[at] = byte + 1));
    return ids;
  }
  let at = 0;
  // Unicode's own lower case; a locale's would differ from place to place.
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu)) {
    if (at === length) break;
    ids[at++] = 1 + (fnv1a(utf8(word.replaceAll('’', "'"))) % (vocabulary - 1));
  }
  return ids;
}

/** FNV-1a of bytes, an unsigned 32-bit integer. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
