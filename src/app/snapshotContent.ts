import { fromBase64 } from '../core/base64.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';
import type { SnapshotContent } from '../core/ports/modelFormats.ts';
import type { Cancellation } from '../core/ports/run.ts';
import type { Manifest, Payload, Skeleton } from '../core/snapshot.ts';
import { readAhead } from './readAhead.ts';

/** The bytes of a payload, decoded and verified, chunk by chunk. */
export async function* payloadBytes(
  content: Pick<ContentStore, 'read'>,
  payload: Payload | undefined,
  signal?: Cancellation,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (payload === undefined) return;
  if (payload.inline !== undefined && payload.sizeBytes > 0) yield fromBase64(payload.inline);
  for (const chunk of payload.chunks) {
    signal?.throwIfAborted();
    yield await content.read(chunk);
  }
}

/** A stored snapshot's parts, for writing its files again. `onBytes` hears of every piece read. */
export function snapshotContent(
  content: Pick<ContentStore, 'read'>,
  skeleton: Skeleton,
  manifest: Manifest,
  signal?: Cancellation,
  onBytes?: (bytes: number) => void,
): SnapshotContent {
  const ahead = readAhead(
    content,
    manifest.payloads.flatMap(({ chunks }) => chunks),
  );
  async function* counted(payload: Payload | undefined) {
    for await (const piece of payloadBytes(ahead, payload, signal)) {
      onBytes?.(piece.byteLength);
      yield piece;
    }
  }
  return {
    payload: (index) => counted(manifest.payloads[index]),
    literals: () => counted(skeleton.literals),
  };
}
