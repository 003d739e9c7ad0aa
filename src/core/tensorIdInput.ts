import type { ChunkId } from './ids.ts';

/** What sets these bytes apart from any chunk's: a name, a version and a zero byte. */
const domain = 'mgit tensor 1\0';

/**
 * The bytes whose SHA-256 is the `TensorId` of a payload of several chunks: the ASCII text
 * `mgit tensor 1` and a zero byte, then each chunk's id as 32 bytes, in order. A payload of one chunk
 * has that chunk's id, an empty or inline one the SHA-256 of its bytes.
 */
export function tensorIdInput(chunks: readonly ChunkId[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(domain.length + 32 * chunks.length);
  for (let at = 0; at < domain.length; at++) bytes[at] = domain.charCodeAt(at);
  for (const [index, chunk] of chunks.entries())
    for (let at = 0; at < 32; at++)
      bytes[domain.length + 32 * index + at] = Number.parseInt(chunk.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
