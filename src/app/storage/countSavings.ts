import type { ChunkId, NodeId } from '../../core/ids.ts';
import { savingHeading } from '../../core/savingHeading.ts';
import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import {
  savingHeadings,
  type HeldByHeading,
  type ModelSavings,
  type SavingHeading,
  type TensorColumns,
} from '../../core/savingsViews.ts';

/** A payload of a model as the account takes it. */
export interface CountedPayload {
  readonly sizeBytes: number;
  /** None where it lies in a record. */
  readonly chunks: readonly ChunkId[];
}

/** A model, or what stands beside the models, as the account takes it. */
export interface CountedModel {
  readonly node: NodeId | 'datasets';
  readonly name: string;
  /** Bytes of its files. */
  readonly rawBytes: number;
  readonly payloads: readonly CountedPayload[];
  /** One for each payload, and one more for what is in the files and in no payload. */
  readonly names: readonly string[];
  /** Payloads that a lossy model owes to what was lost, by their place; none of an exact model. */
  readonly lossy?: ReadonlySet<number>;
}

type Counts = Record<SavingHeading, { rawBytes: number; storedBytes: number }>;

/**
 * Counts each model's bytes under the headings, in order: a chunk counts as stored where it comes
 * first, and as shared wherever it comes again.
 *
 * @param seen - chunks that are counted; grows by those of `model`.
 * @param describe - how a chunk is stored; undefined for one that is missing, whose bytes are then `beside`.
 */
export function countModel(
  model: CountedModel,
  seen: Set<ChunkId>,
  describe: (chunk: ChunkId) => ChunkStorage | undefined,
): ModelSavings {
  const held = noBytes();
  const columns = emptyColumns(model.names);
  const row = noBytes();
  let counted = 0;
  model.payloads.forEach((payload, index) => {
    clear(row);
    countPayload(payload, model.lossy?.has(index) === true, row, seen, describe);
    closeRow(columns, index, row, held);
    counted += payload.sizeBytes;
  });
  clear(row);
  row.beside.rawBytes = model.rawBytes - counted;
  closeRow(columns, model.payloads.length, row, held);
  const storedBytes = savingHeadings.reduce((sum, of) => sum + held[of].storedBytes, 0);
  const { node, name, rawBytes } = model;
  return { node, name, held, rawBytes, storedBytes, tensors: columns };
}

function countPayload(
  payload: CountedPayload,
  isLossy: boolean,
  row: Counts,
  seen: Set<ChunkId>,
  describe: (chunk: ChunkId) => ChunkStorage | undefined,
): void {
  let beside = payload.sizeBytes;
  for (const id of payload.chunks) {
    const chunk = describe(id);
    if (chunk === undefined) continue;
    beside -= chunk.rawBytes;
    const isNew = !seen.has(id);
    seen.add(id);
    const of = isNew ? savingHeading(chunk.codec, chunk.bases.length) : 'shared';
    const under = isLossy && of !== 'whole' ? row.lossy : row[of];
    under.rawBytes += chunk.rawBytes;
    if (isNew) under.storedBytes += chunk.storedBytes;
  }
  row.beside.rawBytes += beside;
}

/** Writes a row and adds it to the model. */
function closeRow(columns: TensorColumns, index: number, row: Counts, held: Counts): void {
  let raw = 0;
  let stored = 0;
  let by = 0;
  let most = 0;
  savingHeadings.forEach((of, place) => {
    const { rawBytes, storedBytes } = row[of];
    held[of].rawBytes += rawBytes;
    held[of].storedBytes += storedBytes;
    raw += rawBytes;
    stored += storedBytes;
    if (rawBytes - storedBytes > most) [most, by] = [rawBytes - storedBytes, place];
  });
  columns.rawBytes[index] = raw;
  columns.storedBytes[index] = stored;
  columns.by[index] = by;
}

function emptyColumns(names: readonly string[]): TensorColumns {
  return {
    names,
    rawBytes: new Float64Array(names.length),
    storedBytes: new Float64Array(names.length),
    by: new Uint8Array(names.length),
  };
}

function clear(counts: Counts): void {
  for (const of of savingHeadings) {
    counts[of].rawBytes = 0;
    counts[of].storedBytes = 0;
  }
}

/** Every heading at zero. */
export function noBytes(): Counts {
  const none = () => ({ rawBytes: 0, storedBytes: 0 });
  return {
    whole: none(),
    shared: none(),
    alone: none(),
    delta: none(),
    structure: none(),
    lossy: none(),
    beside: none(),
  };
}

/** The sum of all, heading by heading. */
export function sumHeld(all: readonly HeldByHeading[]): HeldByHeading {
  const sum = noBytes();
  for (const one of all)
    for (const of of savingHeadings) {
      sum[of].rawBytes += one[of].rawBytes;
      sum[of].storedBytes += one[of].storedBytes;
    }
  return sum;
}
