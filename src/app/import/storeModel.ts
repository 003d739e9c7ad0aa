import { matchPayloads } from '../../core/construction/matchPayloads.ts';
import type { ModelFingerprint } from '../../core/construction/types.ts';
import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { ChunkDerivation, ContentStore } from '../../core/ports/contentStore.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import { chunkBytes, type Payload } from '../../core/snapshot.ts';
import { chunkDerivations } from '../deltas/chunkDerivations.ts';
import {
  literalRelatives,
  payloadRelatives,
  type PayloadRelatives,
} from '../deltas/payloadRelatives.ts';
import { StoredChunks } from '../deltas/storedChunks.ts';
import type { ChunkWriter } from './chunkWriter.ts';
import { literalPieces } from './literalPieces.ts';
import { mainPath } from './mainPath.ts';
import { payloadElements } from './payloadElements.ts';
import type { PieceCache } from './pieceCache.ts';
import type { ProgressMeter } from './progressMeter.ts';
import type { ScannedModel } from './scanModel.ts';

/** A stored model whose tensors may be bases of deltas. */
export interface BaseModel {
  readonly fingerprint: ModelFingerprint;
  readonly payloads: readonly Payload[];
  readonly literals: Payload;
}

/** What storing the models of one import shares. */
export interface StoreRun {
  readonly content: ContentStore;
  readonly hasher: Hasher;
  readonly writer: ChunkWriter;
  readonly cache: PieceCache;
  readonly meter: ProgressMeter;
}

/** One payload to store: how to read it again, its elements, and what it may resemble. */
interface PayloadSource {
  readonly pieces: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly element: ChunkElement;
  readonly bases: readonly Payload[];
  /** How a chunk follows from stored ones, where whoever made the model knows. */
  readonly told?: (chunk: number) => readonly ChunkDerivation[];
  /** What it may follow from otherwise. */
  readonly relatives: PayloadRelatives;
}

/** How the chunks of a tensor, by its name, follow from stored ones: known where the model was made so. */
export type ToldDerivations = ReadonlyMap<string, (chunk: number) => readonly ChunkDerivation[]>;

const textElement: ChunkElement = { bytes: 1, float: false };

/**
 * Hands the chunks of a scanned model that are not stored yet, as deltas to the matched tensors of
 * `bases` where that pays, to the run's writer.
 *
 * @param known - how tensors follow from stored chunks, and how the model was made, as far as known.
 * @throws LineageError `file-unreadable` if a file is not what it was when it was scanned;
 *   `quota-exceeded`.
 */
export async function storeModel(
  run: StoreRun,
  model: ScannedModel,
  bases: readonly BaseModel[],
  known: { readonly told?: ToldDerivations | undefined; readonly recipe?: Recipe } = {},
): Promise<void> {
  const { literals } = model.skeleton;
  const reader = new StoredChunks(run.content, run.writer);
  const missing = await missingChunks(run, [...model.manifest.payloads, literals]);
  const matches = bases.map((base) => matchPayloads(model.fingerprint, base.fingerprint));
  const elements = payloadElements(model.parsed);
  const relatives = payloadRelatives(model.fingerprint, bases, known.recipe);
  for (const [index, payload] of model.manifest.payloads.entries())
    await storePayload({ ...run, reader }, missing, model, payload, {
      pieces: () => model.parsed.payload(index),
      element: elements[index] ?? textElement,
      bases: bases.flatMap((base, at) => base.payloads[matches[at]?.[index] ?? -1] ?? []),
      relatives: relatives[index] ?? literalRelatives(payload, []),
      ...toldOf(model, index, known.told),
    });
  await storePayload({ ...run, reader }, missing, model, literals, {
    pieces: () => literalPieces(model.parsed),
    element: textElement,
    bases: bases.map((base) => base.literals),
    relatives: literalRelatives(literals, bases),
  });
}

/** What is told of the tensor that fills a payload. */
function toldOf(
  { parsed }: ScannedModel,
  payload: number,
  told: ToldDerivations | undefined,
): Pick<PayloadSource, 'told'> {
  for (const tensor of told === undefined ? [] : parsed.tensors) {
    const known = tensor.payload === payload ? told?.get(tensor.name) : undefined;
    if (known !== undefined) return { told: known };
  }
  return {};
}

/** Stores the records of a model whose chunks are stored: content before what names it. */
export async function storeRecords(
  content: ContentStore,
  model: ScannedModel,
): Promise<SnapshotId> {
  await content.putSkeleton(model.skeleton);
  const snapshot = await content.putManifest(model.manifest);
  await Promise.all([
    content.putDerived(snapshot, 'fingerprint', model.fingerprint),
    content.putDerived(snapshot, 'architecture', model.parsed.architecture),
  ]);
  return snapshot;
}

async function missingChunks(
  { content, writer }: StoreRun,
  payloads: readonly Payload[],
): Promise<Set<ChunkId>> {
  const ids = new Set(payloads.flatMap((payload) => payload.chunks));
  const chunks = [...ids].filter((chunk) => !writer.has(chunk));
  const stored = await content.has(chunks);
  return new Set(chunks.filter((_, index) => stored[index] !== true));
}

async function storePayload(
  run: StoreRun & { readonly reader: StoredChunks },
  missing: Set<ChunkId>,
  model: ScannedModel,
  payload: Payload,
  source: PayloadSource,
): Promise<void> {
  const wanted = payload.chunks.filter((chunk) => missing.has(chunk));
  const put = async (index: number, chunk: ChunkId, bytes: Uint8Array<ArrayBuffer>) => {
    missing.delete(chunk);
    const bases = basesOf(source.bases, index, bytes.byteLength);
    const derivations =
      source.told?.(index) ??
      (await chunkDerivations(run.reader.read, source.relatives, index, bytes));
    await run.writer.add({
      chunk,
      bytes,
      element: source.element,
      bases,
      ...(derivations.length === 0 ? {} : { derivations }),
    });
  };
  if (wanted.every((chunk) => run.cache.has(chunk))) {
    for (const [index, chunk] of payload.chunks.entries()) {
      const bytes = missing.has(chunk) ? run.cache.take(chunk) : undefined;
      if (bytes === undefined) run.meter.add(pieceBytes(payload, index));
      else await put(index, chunk, bytes);
    }
    return;
  }
  let index = 0;
  for await (const bytes of source.pieces()) {
    const chunk = await checkedChunk(run.hasher, model, payload, index, bytes);
    if (missing.has(chunk)) await put(index, chunk, bytes);
    else run.meter.add(bytes.byteLength);
    index++;
  }
}

/** The id of a piece read a second time, which must be what the first reading gave. */
async function checkedChunk(
  hasher: Hasher,
  model: ScannedModel,
  payload: Payload,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ChunkId> {
  const chunk = payload.chunks[index];
  if (chunk !== undefined && (await hasher.sha256(bytes)) === chunk) return chunk;
  throw new LineageError('file-unreadable', {
    file: mainPath(model.candidate),
    at: 0,
    reason: 'it changed while it was imported; drop it again',
  });
}

/** Chunks at the same place in the bases, of the same length: only those can carry a delta. */
function basesOf(bases: readonly Payload[], index: number, sizeBytes: number): ChunkId[] {
  return bases.flatMap((base) => {
    const chunk = base.chunks[index];
    return chunk !== undefined && pieceBytes(base, index) === sizeBytes ? [chunk] : [];
  });
}

function pieceBytes(payload: Payload, index: number): number {
  return Math.min(chunkBytes, payload.sizeBytes - index * chunkBytes);
}
