import { canonicalBytes } from '../../core/canonical.ts';
import type { DatasetRecord } from '../../core/data/dataset.ts';
import type {
  ChunkId,
  DatasetId,
  ImportId,
  NodeId,
  OperationId,
  SnapshotId,
  TensorId,
} from '../../core/ids.ts';
import { tensorIdInput } from '../../core/tensorIdInput.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Change, Operation } from '../../core/lineage/operation.ts';
import type { ContentStore, NewChunk } from '../../core/ports/contentStore.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { PendingImport } from '../../core/ports/lineageLog.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Manifest, Payload, Skeleton } from '../../core/snapshot.ts';
import { subtleHasher } from '../subtleHasher.ts';

/** Content for tests of the store, the same in Node and in a browser. */

export const idle: Run = { signal: { aborted: false, throwIfAborted: () => undefined } };

/** Bytes that no codec makes smaller, the same for the same seed. Source: Marsaglia's xorshift32. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = (seed + 1) * 2654435761;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state >>> 11;
  }
  return bytes;
}

/** `bytes` with every `step`th byte changed. */
export function varied(bytes: Uint8Array, step: number, by = 1): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.map((byte, at) => (at % step === 0 ? byte + by : byte)));
}

export async function chunkOf(
  bytes: Uint8Array<ArrayBuffer>,
  bases: readonly ChunkId[] = [],
): Promise<NewChunk> {
  const chunk = (await subtleHasher().sha256(bytes)) as ChunkId;
  return { chunk, bytes, bases, element: { bytes: 4, float: true } };
}

export function payloadOf(chunk: NewChunk): Payload {
  const id = chunk.chunk as string as TensorId;
  return { id, sizeBytes: chunk.bytes.length, chunks: [chunk.chunk] };
}

/** Stores skeleton and manifest of a model made of `chunks`, without storing the chunks. */
export async function putSnapshot(
  content: ContentStore,
  name: string,
  chunks: readonly NewChunk[],
  literals: readonly NewChunk[] = [],
): Promise<SnapshotId> {
  const literalIds = literals.map(({ chunk }) => chunk);
  const skeleton: Skeleton = {
    version: 1,
    format: 'safetensors',
    files: [{ segments: [] }],
    literals: {
      id: (await subtleHasher().sha256(tensorIdInput(literalIds))) as TensorId,
      sizeBytes: literals.reduce((sum, { bytes }) => sum + bytes.length, 0),
      chunks: literalIds,
    },
    tensors: [],
  };
  const manifest: Manifest = {
    version: 1,
    skeleton: await content.putSkeleton(skeleton),
    files: [{ name, sizeBytes: 0 }],
    payloads: chunks.map(payloadOf),
  };
  return content.putManifest(manifest);
}

/** What a manifest of `putSnapshot` is called without storing it. */
export async function hashOf(value: unknown): Promise<string> {
  return subtleHasher().sha256(canonicalBytes(value));
}

export function datasetOf(name: string, snapshot: SnapshotId): DatasetRecord {
  return {
    id: `dataset-${name}` as DatasetId,
    name,
    snapshot,
    reading: { is: 'idx' },
    summary: {
      kind: 'images',
      examples: 0,
      columns: [],
      badRows: [],
      badRowCount: 0,
      sizeBytes: 0,
    },
    notes: '',
    createdAt: 1,
  };
}

export function nodeOf(name: string, snapshot: SnapshotId): ModelNode {
  return {
    id: `node-${name}` as NodeId,
    name,
    snapshot,
    tags: [],
    notes: '',
    createdAt: 1,
    summary: {
      format: 'safetensors',
      fileName: `${name}.safetensors`,
      sizeBytes: 1,
      parameterCount: 1,
      tensorCount: 1,
      architecture: '',
      layers: '',
    },
  };
}

let operations = 0;

export function operationOf(...changes: Change[]): Operation {
  const id = `operation-${operations++}` as OperationId;
  return { id, at: 1, kind: 'import', title: 'Imported', changes };
}

export function adding(...nodes: ModelNode[]): Operation {
  return operationOf(...nodes.map((after): Change => ({ of: 'node', after })));
}

export function removing(...nodes: ModelNode[]): Operation {
  return operationOf(...nodes.map((before): Change => ({ of: 'node', before })));
}

export function pendingOf(id: string, startedAt = Date.now()): PendingImport {
  return { id: id as ImportId, startedAt, paths: [`${id}.onnx`], handles: [], options: {} };
}

/**
 * A codec for tests, of no use elsewhere: the positions and values at which the chunk differs from
 * its base.
 */
export const sparseCodec: ChunkCodec = {
  id: 250,
  name: 'sparse',
  needs: 'base',
  encode(bytes, [base]) {
    if (base === undefined) return undefined;
    const words: number[] = [];
    for (let at = 0; at < bytes.length; at++)
      if (bytes[at] !== base[at]) words.push(at * 256 + (bytes[at] ?? 0));
    return new Uint8Array(new Float64Array(words).buffer);
  },
  decode(encoded, [base], rawBytes) {
    const bytes = new Uint8Array(rawBytes);
    bytes.set(base ?? []);
    const copy = new Uint8Array(encoded);
    for (const word of new Float64Array(copy.buffer, 0, Math.floor(copy.length / 8)))
      bytes[Math.floor(word / 256)] = word % 256;
    return bytes;
  },
};

/** Sums, byte by byte: what `blendCodec` predicts, save for every 300th byte. */
export function blended(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = Math.max(0, ...parts.map((part) => part.length));
  return Uint8Array.from({ length }, (_, at) => {
    const sum = parts.reduce((total, part) => total + (part[at] ?? 0), 0);
    return at % 300 === 7 ? sum + 1 : sum;
  });
}

/** `chunk` as a sum of others, which it may be or not. */
export function blendOf(chunk: NewChunk, ...bases: readonly NewChunk[]): NewChunk {
  const coefficients = new Float64Array(bases.length).fill(1);
  const derivation = { is: 'sum', dtype: 'f32', form: 'sum', coefficients } as const;
  return { ...chunk, derivations: [{ derivation, bases: bases.map((base) => base.chunk) }] };
}

/**
 * A codec for tests with several bases of any length: the positions and values at which the chunk
 * differs from their sum.
 */
export const blendCodec: ChunkCodec = {
  id: 251,
  name: 'blend',
  needs: 'sum',
  encode: (bytes, bases) => sparseCodec.encode(bytes, [sumOf(bases, bytes.length)], floats),
  decode: (encoded, bases, rawBytes) =>
    sparseCodec.decode(encoded, [sumOf(bases, rawBytes)], rawBytes),
};

const floats = { bytes: 4, float: true } as const;

function sumOf(bases: readonly Uint8Array[], length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) =>
    bases.reduce((total, base) => total + (base[at] ?? 0), 0),
  );
}
