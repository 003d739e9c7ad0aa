import type { Finish, TrainData } from '../training/trainJob.ts';
import { applyAugmentation } from './augment/applyAugmentation.ts';
import { formOf, type Form, type Stored } from './augment/form.ts';
import type { Augmentation } from './dataUse.ts';
import type { Column, Examples } from './examples.ts';
import { randomFrom, type Random } from './random.ts';

/** Numbers for a network's inputs and heads: of each, `count` examples one after the other. */
export interface Batch {
  readonly count: number;
  /** By input name: f32, or i32 for tokens. */
  readonly inputs: ReadonlyMap<string, BatchNumbers>;
  /** By head: i32 classes or f32 numbers. */
  readonly targets: ReadonlyMap<string, BatchNumbers>;
}

export type BatchNumbers = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** What the random changes of an epoch come from. */
export interface EpochDraw {
  readonly seed: number;
  /** From 1. */
  readonly epoch: number;
}

// Keys after the epoch that keep the streams of a run apart.
const orderStream = 1;
const changeStream = 2;

/**
 * The order of an epoch's examples: a permutation of 0 … `count` − 1 that only depends on the seed and
 * the epoch.
 */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  randomFrom(seed, epoch, orderStream).shuffle(order);
  return order;
}

/** Gathers batches of one part of the data. */
export interface BatchAssembler {
  /**
   * The examples of `rows` in that order, the caller's to keep.
   *
   * @param draw - augment, differently in each epoch; left out for validation and test. An example's
   *   change only depends on the draw and its row, not on the rest of the batch.
   */
  assemble(rows: ArrayLike<number>, draw?: EpochDraw): Batch;
}

/** Plans the way from a part's stored columns to a network's inputs once, for many batches. */
export function batchAssembler(data: TrainData, part: Examples): BatchAssembler {
  const inputs = Object.entries(data.inputs).map(
    ([input, name]) => [input, planInput(part, name, data.finish[name])] as const,
  );
  const targets = Object.entries(data.targets).map(
    ([head, name]) => [head, columnOf(part, name)] as const,
  );
  return {
    assemble(rows, draw) {
      for (let i = 0; i < rows.length; i++)
        if (!((rows[i] as number) < part.count))
          throw new Error(`no example ${rows[i] ?? 'there'}`);
      const randoms =
        draw === undefined || data.augment.length === 0
          ? undefined
          : Array.from(rows, (row) => randomFrom(draw.seed, draw.epoch, changeStream, row));
      return {
        count: rows.length,
        inputs: new Map(
          inputs.map(([input, plan]) => [input, gather(plan, rows, data.augment, randoms)]),
        ),
        targets: new Map(targets.map(([head, column]) => [head, pick(column, rows)])),
      };
    },
  };
}

/** One batch; to make many, keep a `batchAssembler`. */
export function assembleBatch(
  data: TrainData,
  part: Examples,
  rows: ArrayLike<number>,
  draw?: EpochDraw,
): Batch {
  return batchAssembler(data, part).assemble(rows, draw);
}

interface InputPlan {
  readonly column: Column;
  readonly form: Form;
  /** Numbers of one example. */
  readonly size: number;
  /** Numbers after each other that have the same mean and deviation. */
  readonly run: number;
  /** value × factor + offset, per channel; one for all. */
  readonly factors: Float64Array;
  readonly offsets: Float64Array;
  /** Results of bytes, by channel × 256 + byte. */
  readonly table?: Float32Array<ArrayBuffer>;
}

/** Above this many channels a table of bytes would cost more than it saves. */
const mostTables = 64;

function planInput(part: Examples, name: string, finish: Finish | undefined): InputPlan {
  const column = columnOf(part, name);
  const size = sizeOf(column.shape);
  const form = formOf(column, finish);
  const { scale = 1, mean = [0], deviation = [1], axis = 0 } = finish ?? {};
  const channels = Math.max(mean.length, deviation.length);
  if (channels > 1 && channels !== column.shape[axis])
    throw new Error(
      `${channels} means for axis ${axis} of [${column.shape.join(', ')}] of ${name}`,
    );
  const each = <T>(values: readonly T[], channel: number): T =>
    values[values.length === 1 ? 0 : channel] as T;
  const factors = Float64Array.from({ length: channels }, (_, c) => scale / each(deviation, c));
  const offsets = Float64Array.from(
    { length: channels },
    (_, c) => -each(mean, c) / each(deviation, c),
  );
  const run = channels === 1 ? size : sizeOf(column.shape.slice(axis + 1));
  const plan = { column, form, size, run, factors, offsets };
  if (column.dtype !== 'u8' || channels > mostTables) return plan;
  const table = Float32Array.from(
    { length: channels * 256 },
    (_, i) => (i & 255) * (factors[i >> 8] as number) + (offsets[i >> 8] as number),
  );
  return { ...plan, table };
}

function gather(
  plan: InputPlan,
  rows: ArrayLike<number>,
  augment: readonly Augmentation[],
  randoms: readonly Random[] | undefined,
): BatchNumbers {
  const { column, size } = plan;
  const whole = column.dtype === 'i32' && plan.factors[0] === 1 && plan.offsets[0] === 0;
  const out = whole ? new Int32Array(rows.length * size) : new Float32Array(rows.length * size);
  const changed = column.data.slice(0, size);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size;
    const random = randoms?.[i];
    if (random === undefined) {
      finishInto(out, i * size, column.data, start, plan);
      continue;
    }
    changed.set(column.data.subarray(start, start + size));
    for (const augmentation of augment)
      applyAugmentation(changed, plan.form, augmentation, { random, full: false });
    finishInto(out, i * size, changed, 0, plan);
  }
  return out;
}

/** Writes one finished example to `out` from `to` on. */
function finishInto(
  out: BatchNumbers,
  to: number,
  from: Stored,
  start: number,
  { size, run, factors, offsets, table }: InputPlan,
): void {
  if (out instanceof Int32Array) {
    out.set(from.subarray(start, start + size), to);
    return;
  }
  let channel = 0;
  for (let first = 0; first < size; first += run) {
    const end = Math.min(size, first + run);
    if (table === undefined) {
      const factor = factors[channel] as number;
      const offset = offsets[channel] as number;
      for (let i = first; i < end; i++) out[to + i] = (from[start + i] as number) * factor + offset;
    } else {
      const base = channel * 256;
      for (let i = first; i < end; i++)
        out[to + i] = table[base + (from[start + i] as number)] as number;
    }
    channel = channel + 1 === factors.length ? 0 : channel + 1;
  }
}

function pick(column: Column, rows: ArrayLike<number>): BatchNumbers {
  const size = sizeOf(column.shape);
  const out =
    column.dtype === 'i32'
      ? new Int32Array(rows.length * size)
      : new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size;
    out.set(column.data.subarray(start, start + size), i * size);
  }
  return out;
}

function columnOf(part: Examples, name: string): Column {
  const column = part.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  if (column.data.length !== part.count * sizeOf(column.shape))
    throw new Error(`column ${name} has ${column.data.length} numbers for ${part.count} examples`);
  return column;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
