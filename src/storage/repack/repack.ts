import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { Repacked, RepackOrder } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Environment } from '../environment.ts';
import type { ChunkPlace } from '../packs/chunkIndex.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import { encodeChunk, type EncodedChunk } from '../packs/encodeChunk.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { breather } from '../platform/breather.ts';
import { findLeanings } from '../sessions/findBase.ts';
import { mergePacks } from './mergePacks.ts';
import { PlannedForms } from './plannedForms.ts';
import { ownedPacks, writeRepacked, type NewForm } from './writeRepacked.ts';

export interface RepackPorts {
  readonly environment: Environment;
  readonly live: LiveIndex;
  readonly reader: ChunkReader;
}

/** Bytes of new forms written in one transaction. */
const batchBytes = 16 * 1024 * 1024;
const batchChunks = 4096;

/** New forms that are not yet written, and the store as it will be with them. */
interface Batch {
  readonly planned: PlannedForms;
  /** Value of the counter `content` that the plan was made for. */
  readonly content: number;
  /** Packs of imports: they may be taken back, so nothing in them moves. */
  readonly owned: ReadonlySet<number>;
  readonly forms: NewForm[];
  bytes: number;
}

/** As `ContentStore.repack`. */
export async function repack(
  ports: RepackPorts,
  orders: readonly RepackOrder[],
  run: Run,
): Promise<Repacked> {
  const total = { chunks: 0, before: 0, after: 0, packsWritten: 0, packsRemoved: 0 };
  const breathe = breather(ports.environment);
  let batch = await newBatch(ports);
  const write = async () => {
    const written = await writeRepacked(ports.environment.database, ports.live, batch.forms);
    for (const key of Object.keys(total) as (keyof Repacked)[]) total[key] += written[key];
    batch = await newBatch(ports);
  };
  for (const [done, order] of orders.entries()) {
    if (run.signal.aborted) break;
    run.onProgress?.({ step: 'Storing again', done, total: orders.length, unit: 'chunks' });
    if (ports.live.content !== batch.content) await write();
    await prepare(ports, batch, order, breathe);
    if (batch.bytes >= batchBytes || batch.forms.length >= batchChunks) await write();
  }
  await write();
  const merged = await mergePacks(ports.environment.database, ports.live, run);
  total.packsWritten += merged.packsWritten;
  total.packsRemoved += merged.packsRemoved;
  return total;
}

async function newBatch({ environment, live }: RepackPorts): Promise<Batch> {
  await live.refresh();
  const { content } = live;
  const owned = await ownedPacks(environment.database);
  return { planned: new PlannedForms(live), content, owned, forms: [], bytes: 0 };
}

/** Encodes one chunk as ordered, and adds it to the batch if that form is to be taken. */
async function prepare(
  ports: RepackPorts,
  batch: Batch,
  order: RepackOrder,
  breathe: () => Promise<void>,
): Promise<void> {
  const { chunk } = order;
  const place = ports.live.sound(chunk);
  if (place === undefined || batch.owned.has(place.pack) || batch.planned.has(chunk)) return;
  const encoded = await encodeAsOrdered(ports, batch, order, breathe);
  if (encoded === undefined) return;
  const { bytes, bases } = encoded;
  const form = { storedBytes: bytes.length, rawBytes: place.rawBytes, bases };
  if (!isWanted(order, place, encoded, batch.planned)) return;
  if (!batch.planned.allows(chunk, form)) return;
  batch.planned.plan(chunk, form);
  batch.forms.push({ chunk, rawBytes: place.rawBytes, encoded });
  batch.bytes += bytes.length;
}

async function encodeAsOrdered(
  { environment, live, reader }: RepackPorts,
  { planned }: Batch,
  order: RepackOrder,
  breathe: () => Promise<void>,
): Promise<EncodedChunk | undefined> {
  const { chunk, element } = order;
  const bytes = await readable(reader, chunk);
  if (bytes === undefined || live.suspects.has(chunk)) return undefined;
  const rawBytes = bytes.length;
  const sources = {
    reader,
    lookUp: planned.lookUp,
    waiting: () => undefined,
    allows: (bases: readonly ChunkId[]) =>
      planned.allows(chunk, { storedBytes: 0, rawBytes, bases }),
  };
  const leanings = await findLeanings(sources, { ...order, rawBytes });
  return encodeChunk({ bytes, element }, leanings, environment.codecs, breathe);
}

async function readable(
  reader: ChunkReader,
  chunk: ChunkId,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await reader.read(chunk);
  } catch (error) {
    // It stays as it is; `verify` tells of it.
    if (isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown')) return undefined;
    throw error;
  }
}

/** Whether the form is smaller than the chunk's own; or, where that is asked for, cheaper to read. */
function isWanted(
  order: RepackOrder,
  place: ChunkPlace,
  { bytes, bases }: EncodedChunk,
  planned: PlannedForms,
): boolean {
  if (bytes.length < place.storedBytes) return true;
  if (order.even !== 'larger') return false;
  const before = planned.cost(order.chunk);
  const after = bases.map((base) => planned.cost(base)?.depth ?? Infinity);
  return before !== undefined && Math.max(-1, ...after) + 1 < before.depth;
}
