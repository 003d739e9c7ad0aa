import type { SkeletonId, TensorId } from '../core/ids.ts';
import type {
  ByteSource,
  OutputFile,
  ParsedModel,
  SnapshotContent,
} from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import type { Manifest, Payload, Skeleton } from '../core/snapshot.ts';
import { chunkBytes } from '../core/snapshot.ts';

/** A run that is never cancelled. */
export const freeRun: Run = {
  signal: {
    aborted: false,
    throwIfAborted: () => undefined,
  },
};

/** A model as an import would store it, in memory. */
export interface StoredModel {
  readonly skeleton: Skeleton;
  readonly manifest: Manifest;
  readonly content: SnapshotContent;
  readonly payloads: readonly Uint8Array<ArrayBuffer>[];
  readonly literals: Uint8Array<ArrayBuffer>;
}

/** Does with a parsed model what an import does, without hashing: ids are made up. */
export async function store(model: ParsedModel): Promise<StoredModel> {
  const payloads: Uint8Array<ArrayBuffer>[] = [];
  for (const [index, sizeBytes] of model.payloadBytes.entries()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of model.payload(index)) {
      if (pieces.some(({ length }) => length !== chunkBytes)) throw new Error('a short piece');
      pieces.push(piece);
    }
    const bytes = concat(pieces);
    if (bytes.length !== sizeBytes)
      throw new Error(`payload ${index} has ${bytes.length} bytes, not ${sizeBytes}`);
    payloads.push(bytes);
  }
  const literals: Uint8Array[] = [];
  const files: Skeleton['files'][number][] = [];
  for (const { source, segments } of model.files) {
    const kept: Skeleton['files'][number]['segments'][number][] = [];
    for (const segment of segments) {
      if (segment.is === 'literal') {
        literals.push(await source.read(segment.offset, segment.sizeBytes));
        kept.push({ is: 'literal', sizeBytes: segment.sizeBytes });
      } else kept.push(segment);
    }
    files.push({ segments: kept });
  }
  const literal = concat(literals);
  const skeleton: Skeleton = {
    version: 1,
    format: model.format,
    files,
    literals: payload(literal.length),
    tensors: model.tensors,
  };
  const manifest: Manifest = {
    version: 1,
    skeleton: '0' as SkeletonId,
    files: model.files.map(({ source }) => ({ name: source.path, sizeBytes: source.sizeBytes })),
    payloads: payloads.map(({ length }) => payload(length)),
  };
  const content: SnapshotContent = {
    payload: (index) => pieces(payloads[index]),
    literals: () => pieces(literal),
  };
  return { skeleton, manifest, content, payloads, literals: literal };
}

/** All bytes of a file that is written. */
export async function bytesOf(file: OutputFile): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const piece of file.bytes) all.push(piece);
  return concat(all);
}

/** All bytes of a source. */
export function wholeOf(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, source.sizeBytes);
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function payload(sizeBytes: number): Payload {
  return { id: '0' as TensorId, sizeBytes, chunks: [] };
}

/** In pieces of an odd size, so that nothing relies on where they end. */
async function* pieces(
  bytes: Uint8Array<ArrayBuffer> | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const step = 100_003;
  for (let at = 0; at < (bytes?.length ?? 0); at += step)
    yield await Promise.resolve((bytes as Uint8Array<ArrayBuffer>).slice(at, at + step));
}
