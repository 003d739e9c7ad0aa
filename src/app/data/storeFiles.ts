import { canonicalBytes } from '../../core/canonical.ts';
import { toBase64 } from '../../core/base64.ts';
import type { ChunkId, SkeletonId, SnapshotId } from '../../core/ids.ts';
import type { ContentStore, ImportSession } from '../../core/ports/contentStore.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import {
  chunkBytes,
  inlineBytes,
  type Manifest,
  type Payload,
  type Skeleton,
} from '../../core/snapshot.ts';
import { ChunkWriter } from '../import/chunkWriter.ts';
import { progressMeter } from '../import/progressMeter.ts';
import { payloadId } from '../import/scanModel.ts';

export interface StoreFilesPorts {
  readonly content: ContentStore;
  readonly hasher: Hasher;
  readonly now: () => number;
}

/**
 * Stores files as they are, as the snapshot of a data set: each file is one payload, shared with every
 * other data set that has it. Equal files in equal order give the equal snapshot.
 *
 * @throws LineageError `file-unreadable`, `quota-exceeded`.
 */
export async function storeFiles(
  ports: StoreFilesPorts,
  session: ImportSession,
  files: readonly ByteSource[],
  run: Run,
): Promise<SnapshotId> {
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const meter = progressMeter(run, total, ports.now);
  const writer = new ChunkWriter(session, () => {
    run.signal.throwIfAborted();
  });
  const payloads: Payload[] = [];
  for (const file of files) {
    meter.step(`Storing ${file.path}`);
    payloads.push(
      await storeFile(ports, writer, file, (bytes) => {
        meter.add(bytes);
      }),
    );
  }
  await writer.finish();
  const skeleton: Skeleton = {
    version: 1,
    format: 'data',
    files: files.map((_, payload) => ({
      segments: [{ is: 'payload', payload, encoding: { is: 'raw' } }],
    })),
    literals: await noBytes(ports.hasher),
    tensors: [],
  };
  await ports.content.putSkeleton(skeleton);
  const manifest: Manifest = {
    version: 1,
    skeleton: (await ports.hasher.sha256(canonicalBytes(skeleton))) as SkeletonId,
    files: files.map(({ path, sizeBytes }) => ({ name: path, sizeBytes })),
    payloads,
  };
  return ports.content.putManifest(manifest);
}

/** One pass in bounded memory: a piece is hashed, and handed on unless its chunk is there. */
async function storeFile(
  ports: StoreFilesPorts,
  writer: ChunkWriter,
  file: ByteSource,
  onBytes: (bytes: number) => void,
): Promise<Payload> {
  const chunks: ChunkId[] = [];
  let inline = '';
  for await (const bytes of piecesOf(file)) {
    const chunk = (await ports.hasher.sha256(bytes)) as ChunkId;
    onBytes(bytes.byteLength);
    chunks.push(chunk);
    if (file.sizeBytes <= inlineBytes) inline = toBase64(bytes);
    else if (!writer.has(chunk) && (await ports.content.has([chunk]))[0] !== true)
      await writer.add({ chunk, bytes, element: { bytes: 1, float: false }, bases: [] });
  }
  const id = await payloadId(ports.hasher, chunks);
  if (file.sizeBytes > inlineBytes) return { id, sizeBytes: file.sizeBytes, chunks };
  return { id, sizeBytes: file.sizeBytes, chunks: [], inline };
}

async function* piecesOf(file: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < file.sizeBytes; at += chunkBytes)
    yield await file.read(at, Math.min(chunkBytes, file.sizeBytes - at));
}

async function noBytes(hasher: Hasher): Promise<Payload> {
  const id = (await hasher.sha256(new Uint8Array())) as Payload['id'];
  return { id, sizeBytes: 0, chunks: [], inline: '' };
}
