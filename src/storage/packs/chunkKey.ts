import type { ChunkId } from '../../core/ids.ts';

/** Bytes of a chunk id in binary form. */
export const keyBytes = 32;

/** A chunk id as 32 bytes, written into `target` from `offset`. */
export function writeKey(target: Uint8Array, offset: number, chunk: ChunkId): void {
  for (let at = 0; at < keyBytes; at++)
    target[offset + at] = (digit(chunk, 2 * at) << 4) | digit(chunk, 2 * at + 1);
}

/** The chunk id whose 32 bytes stand in `source` from `offset`. */
export function readKey(source: Uint8Array, offset: number): ChunkId {
  let text = '';
  for (let at = 0; at < keyBytes; at++) text += hexOf[source[offset + at] ?? 0] ?? '';
  return text as ChunkId;
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `0`–`9` and `a`–`f`; ids are lower case. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}
