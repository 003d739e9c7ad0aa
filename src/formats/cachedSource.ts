import type { ByteSource } from '../core/ports/modelFormats.ts';

/** How much is read at once, and how much of that is kept. */
export interface BlockCache {
  readonly blockBytes: number;
  readonly keptBlocks: number;
}

const headers: BlockCache = { blockBytes: 64 * 1024, keptBlocks: 16 };

/**
 * `source` with a cache of its latest blocks, by default 16 of 64 KiB, for readers that take many small
 * pieces. Reads of a block or more go straight through.
 */
export function cachedSource(
  source: ByteSource,
  { blockBytes, keptBlocks }: BlockCache = headers,
): ByteSource {
  const blocks = new Map<number, Uint8Array<ArrayBuffer>>();

  async function block(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const kept = blocks.get(index);
    if (kept !== undefined) return kept;
    const start = index * blockBytes;
    const bytes = await source.read(start, Math.min(blockBytes, source.sizeBytes - start));
    if (blocks.size >= keptBlocks) {
      const [oldest] = blocks.keys();
      if (oldest !== undefined) blocks.delete(oldest);
    }
    blocks.set(index, bytes);
    return bytes;
  }

  return {
    ...source,
    async read(offset, length) {
      if (length >= blockBytes || offset + length > source.sizeBytes)
        return source.read(offset, length);
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const at = offset + done;
        const from = at % blockBytes;
        const whole = await block((at - from) / blockBytes);
        const piece = whole.subarray(from, from + length - done);
        bytes.set(piece, done);
        done += piece.length;
      }
      return bytes;
    },
  };
}
