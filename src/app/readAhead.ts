import type { ChunkId } from '../core/ids.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';

/**
 * Reads chunks with the next one under way: what comes from the disk and what is hashed elsewhere
 * goes on while the caller writes. Holds one chunk more than it has given.
 *
 * @param order - in which the chunks will be asked for; another order only costs time.
 */
export function readAhead(
  content: Pick<ContentStore, 'read'>,
  order: readonly ChunkId[],
): Pick<ContentStore, 'read'> {
  const places = new Map(order.map((chunk, at) => [chunk, at]));
  let ahead:
    { readonly chunk: ChunkId; readonly bytes: ReturnType<ContentStore['read']> } | undefined;
  return {
    read(chunk) {
      const bytes = ahead?.chunk === chunk ? ahead.bytes : content.read(chunk);
      const next = order[(places.get(chunk) ?? order.length) + 1];
      ahead = next === undefined ? undefined : { chunk: next, bytes: content.read(next) };
      // Heard by whoever asks for that chunk; nobody may.
      ahead?.bytes.catch(() => undefined);
      return bytes;
    },
  };
}
