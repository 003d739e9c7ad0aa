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
  readonly chunks: ReadonlyMap<ChunkId, ChunkStorage>;
  readonly bases: ReadonlyMap<ChunkId, PayloadPlace>;
}

/** The tensor table of a model, with how each tensor is stored. */
export async function listTensors(ports: StoragePorts, id: NodeId): Promise<TensorRow[]> {
  const { manifest, skeleton } = await readSnapshot(ports, id);
  const ids = [...new Set(manifest.payloads.flatMap((payload) => payload.chunks))];
  const described = (await ports.content.describe(ids)).filter((storage) => storage !== undefined);
  const bases = new Set(described.flatMap(({ bases }) => bases));
  const context: Context = {
    node: id,
    users: await ports.use.usersOf(new Set(manifest.payloads.map((payload) => payload.id))),
    chunks: new Map(described.map((storage) => [storage.chunk, storage])),
    bases: await ports.use.placesOf(bases),
  };
  return skeleton.tensors.map((tensor, index) =>
    rowOf(tensor, index, manifest.payloads[tensor.payload ?? -1], context),
  );
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
  const base = chunks
    .flatMap((chunk) => chunk.bases)
    .flatMap((base) => context.bases.get(base) ?? [])
    .at(0);
  return {
    rawBytes: payload.sizeBytes,
    storedBytes: isInline
      ? payload.sizeBytes
      : chunks.reduce((sum, chunk) => sum + chunk.storedBytes, 0),
    how: isInline ? 'inline' : howOf(isDelta, sharedWith.length > 0),
    codecs: [...new Set(chunks.map((chunk) => chunk.codec))],
    depth: chunks.reduce((deepest, chunk) => Math.max(deepest, chunk.depth), 0),
    sharedWith,
    ...(base === undefined ? {} : { base }),
  };
}

function howOf(isDelta: boolean, isShared: boolean): TensorStorage['how'] {
  if (isShared) return isDelta ? 'shared delta' : 'shared';
  return isDelta ? 'delta' : 'whole';
}
