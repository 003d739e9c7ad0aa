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

/** Bytes by place of the heading: a lineage has hundreds of thousands of rows. */
interface Row {
  readonly raw: Float64Array;
  readonly stored: Float64Array;
}

const placeOf = new Map(savingHeadings.map((of, place) => [of, place]));
const place = (of: SavingHeading) => placeOf.get(of) ?? 0;
const [shared, lossy, whole, beside] = [
  place('shared'),
  place('lossy'),
  place('whole'),
  place('beside'),
];

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
  const held = emptyRow();
  const columns = emptyColumns(model.names);
  const row = emptyRow();
  let counted = 0;
  model.payloads.forEach((payload, index) => {
    countPayload(payload, model.lossy?.has(index) === true, row, seen, describe);
    closeRow(columns, index, row, held);
    counted += payload.sizeBytes;
  });
  row.raw[beside] = model.rawBytes - counted;
  closeRow(columns, model.payloads.length, row, held);
  const storedBytes = held.stored.reduce((sum, bytes) => sum + bytes, 0);
  const { node, name, rawBytes } = model;
  return { node, name, held: heldOf(held), rawBytes, storedBytes, tensors: columns };
}

function countPayload(
  payload: CountedPayload,
  isLossy: boolean,
  row: Row,
  seen: Set<ChunkId>,
  describe: (chunk: ChunkId) => ChunkStorage | undefined,
): void {
  let rest = payload.sizeBytes;
  for (const id of payload.chunks) {
    const chunk = describe(id);
    if (chunk === undefined) continue;
    rest -= chunk.rawBytes;
    const isNew = !seen.has(id);
    if (isNew) seen.add(id);
    const of = isNew ? place(savingHeading(chunk.codec, chunk.bases.length)) : shared;
    const under = isLossy && of !== whole ? lossy : of;
    add(row.raw, under, chunk.rawBytes);
    if (isNew) add(row.stored, under, chunk.storedBytes);
  }
  add(row.raw, beside, rest);
}

/** Writes a row, adds it to the model, and empties it. */
function closeRow(columns: TensorColumns, index: number, { raw, stored }: Row, held: Row): void {
  let most = 0;
  for (let of = 0; of < raw.length; of++) {
    const [rawBytes, storedBytes] = [raw[of] ?? 0, stored[of] ?? 0];
    if (rawBytes === 0 && storedBytes === 0) continue;
    add(held.raw, of, rawBytes);
    add(held.stored, of, storedBytes);
    add(columns.rawBytes, index, rawBytes);
    add(columns.storedBytes, index, storedBytes);
    if (rawBytes - storedBytes > most) {
      most = rawBytes - storedBytes;
      columns.by[index] = of;
    }
    raw[of] = 0;
    stored[of] = 0;
  }
}

function add(to: Float64Array, at: number, bytes: number): void {
  to[at] = (to[at] ?? 0) + bytes;
}

function emptyRow(): Row {
  const { length } = savingHeadings;
  return { raw: new Float64Array(length), stored: new Float64Array(length) };
}

function heldOf({ raw, stored }: Row): HeldByHeading {
  const held = noBytes();
  savingHeadings.forEach((of, at) => {
    held[of].rawBytes = raw[at] ?? 0;
    held[of].storedBytes = stored[at] ?? 0;
  });
  return held;
}

function emptyColumns(names: readonly string[]): TensorColumns {
  return {
    names,
    rawBytes: new Float64Array(names.length),
    storedBytes: new Float64Array(names.length),
    by: new Uint8Array(names.length),
  };
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
