import { tensorBytes } from '../../core/dtype.ts';
import type { ChunkId, NodeId, TensorId } from '../../core/ids.ts';
import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import type { Payload, TensorEntry } from '../../core/snapshot.ts';
import type { TensorRow, TensorStorage } from '../../core/views.ts';
import { readSnapshot } from '../readSnapshot.ts';
import type { PayloadPlace } from './contentUse.ts';
import type { StoragePorts } from './reportStorage.ts';

/** Everything that the rows of one model look up. */
interface Context {
  readonly node: NodeId;
  readonly users: ReadonlyMap<TensorId, readonly NodeId[]>;
  /** Its chunks and all they lean on. */
  readonly chunks: ReadonlyMap<ChunkId, ChunkStorage>;
  /** Where the chunks are that its own lean on directly. */
  readonly places: ReadonlyMap<ChunkId, PayloadPlace>;
}

/** The tensor table of a model, with how each tensor is stored. */
export async function listTensors(ports: StoragePorts, id: NodeId): Promise<TensorRow[]> {
  const { manifest, skeleton } = await readSnapshot(ports, id);
  const ids = [...new Set(manifest.payloads.flatMap((payload) => payload.chunks))];
  const chunks = await describeAll(ports, ids);
  const own = ids.flatMap((chunk) => chunks.get(chunk)?.bases ?? []);
  const context: Context = {
    node: id,
    users: await ports.use.usersOf(new Set(manifest.payloads.map((payload) => payload.id))),
    chunks,
    places: await ports.use.placesOf(new Set(own)),
  };
  return skeleton.tensors.map((tensor, index) =>
    rowOf(tensor, index, manifest.payloads[tensor.payload ?? -1], context),
  );
}

/** How chunks are stored, and all they lean on, directly or not. */
async function describeAll(
  { content }: StoragePorts,
  ids: readonly ChunkId[],
): Promise<Map<ChunkId, ChunkStorage>> {
  const known = new Map<ChunkId, ChunkStorage>();
  let next = ids;
  while (next.length > 0) {
    const told = (await content.describe(next)).filter((storage) => storage !== undefined);
    for (const storage of told) known.set(storage.chunk, storage);
    const bases = new Set(told.flatMap((storage) => storage.bases));
    next = [...bases].filter((base) => !known.has(base));
  }
  return known;
}

function rowOf(
  tensor: TensorEntry,
  index: number,
  payload: Payload | undefined,
  context: Context,
): TensorRow {
  const { name, dtype, shape, role } = tensor;
  return {
    index,
    name,
    dtype,
    shape,
    role,
    sizeBytes: tensorBytes(dtype, shape),
    id: payload?.id,
    storage: payload === undefined ? undefined : storageOf(payload, context),
  };
}

function storageOf(payload: Payload, context: Context): TensorStorage {
  const chunks = payload.chunks.flatMap((chunk) => context.chunks.get(chunk) ?? []);
  const sharedWith = (context.users.get(payload.id) ?? []).filter((node) => node !== context.node);
  const isDelta = chunks.some((chunk) => chunk.bases.length > 0);
  const isInline = payload.inline !== undefined;
  return {
    rawBytes: payload.sizeBytes,
    storedBytes: isInline
      ? payload.sizeBytes
      : chunks.reduce((sum, chunk) => sum + chunk.storedBytes, 0),
    how: isInline ? 'inline' : howOf(isDelta, sharedWith.length > 0),
    codecs: [...new Set(chunks.map((chunk) => chunk.codec))],
    depth: chunks.reduce((deepest, chunk) => Math.max(deepest, chunk.depth), 0),
    sharedWith,
    bases: basesOf(chunks, context),
    readBytes: isInline ? payload.sizeBytes : readBytes(chunks, context.chunks),
  };
}

/** The tensors that chunks lean on, each once. */
function basesOf(chunks: readonly ChunkStorage[], context: Context): PayloadPlace[] {
  const places = chunks
    .flatMap((chunk) => chunk.bases)
    .flatMap((base) => context.places.get(base) ?? []);
  return [...new Map(places.map((place) => [`${place.node} ${place.tensor}`, place])).values()];
}

/** Stored bytes of chunks and of all they lean on, each once. */
function readBytes(
  chunks: readonly ChunkStorage[],
  known: ReadonlyMap<ChunkId, ChunkStorage>,
): number {
  const read = new Set(chunks);
  for (const { bases } of read)
    for (const base of bases) {
      const chunk = known.get(base);
      if (chunk !== undefined) read.add(chunk);
    }
  return [...read].reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}

function howOf(isDelta: boolean, isShared: boolean): TensorStorage['how'] {
  if (isShared) return isDelta ? 'shared delta' : 'shared';
  return isDelta ? 'delta' : 'whole';
}
