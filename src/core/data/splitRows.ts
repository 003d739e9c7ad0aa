import { LineageError } from '../lineageError.ts';
import type { Split } from './dataUse.ts';
import { randomFrom } from './random.ts';
import { isScalar, valueText, type RawExamples } from './rawExamples.ts';

/** Rows of each part, ascending; no row is in two. */
export interface SplitRows {
  readonly train: Uint32Array<ArrayBuffer>;
  readonly validation: Uint32Array<ArrayBuffer>;
  readonly test: Uint32Array<ArrayBuffer>;
}

// Keys that keep the streams of a split apart.
const shardStream = 11;
const partStream = 12;

/**
 * Which rows belong to which part.
 *
 * First `where`, then a random shard, then parts: halves are rounded down; of n rows (of each class by itself when stratified), in a
 * random order, the first round(n × test) are the test part, the next up to round(n × (test + validation))
 * validation, the next up to round(n × (test + validation + train)) train. Each class is drawn by itself,
 * so that other classes do not change its parts.
 *
 * @param classOf - of each row, a class from 0; −1 leaves the row out. Undefined: no classes.
 * @throws LineageError `data-unfit`: shares beyond 1, an unknown column, no rows left to train.
 */
export function splitRows(
  examples: RawExamples,
  split: Split,
  classOf: Int32Array | undefined,
): SplitRows {
  checkShares(split);
  const rows = shardOf(rowsWhere(examples, split), split).filter((row) => classOf?.[row] !== -1);
  const groups = split.stratified && classOf !== undefined ? byClass(rows, classOf) : [rows];
  const parts: Record<keyof SplitRows, number[]> = { train: [], validation: [], test: [] };
  for (const [group, members] of groups.entries()) {
    const order = [...members];
    randomFrom(split.seed, partStream, group).shuffle(order);
    const until = (share: number): number => Math.round(order.length * share - 1e-9);
    const test = until(split.test);
    const validation = until(split.test + split.validation);
    const train = until(split.test + split.validation + split.train);
    parts.test.push(...order.slice(0, test));
    parts.validation.push(...order.slice(test, validation));
    parts.train.push(...order.slice(validation, train));
  }
  if (parts.train.length === 0)
    throw unfit(
      `of ${examples.count} examples ${rows.length} are chosen and none is left to train on: choose more examples or a larger share`,
    );
  const ascending = (part: number[]): Uint32Array<ArrayBuffer> => Uint32Array.from(part).sort();
  return {
    train: ascending(parts.train),
    validation: ascending(parts.validation),
    test: ascending(parts.test),
  };
}

function checkShares({ train, validation, test, shard }: Split): void {
  const fine = [train, validation, test].every((share) => share >= 0 && share <= 1);
  if (!fine || train + validation + test > 1 + 1e-9)
    throw unfit(
      'the shares for training, validation and test are each 0 to 1 and together at most 1',
    );
  if (shard !== undefined && !(Number.isInteger(shard.index) && shard.index >= 0 && shard.index < shard.count))
    throw unfit(`part ${shard.index} of ${shard.count} is no part`); // prettier-ignore
}

function rowsWhere(examples: RawExamples, { where }: Split): number[] {
  const all = Array.from({ length: examples.count }, (_, row) => row);
  if (where === undefined) return all;
  const column = examples.columns.find(({ name }) => name === where.column);
  if (column === undefined || !isScalar(column))
    throw unfit(`the data has no column "${where.column}" to choose examples by`);
  const wanted = new Set(where.values);
  const rows = all.filter((row) => wanted.has(valueText(column, row)));
  if (rows.length === 0)
    throw unfit(`no example has ${where.values.slice(0, 5).join(', ')} in "${where.column}"`);
  return rows;
}

function shardOf(rows: number[], { shard, seed }: Split): number[] {
  if (shard === undefined) return rows;
  const order = [...rows];
  randomFrom(seed, shardStream).shuffle(order);
  // Every part gets the same number, or one more.
  return order.filter((_, at) => at % shard.count === shard.index).sort((a, b) => a - b);
}

function byClass(rows: readonly number[], classOf: Int32Array): number[][] {
  const groups: number[][] = [];
  for (const row of rows) {
    const group = classOf[row] ?? 0;
    while (groups.length <= group) groups.push([]);
    groups[group]?.push(row);
  }
  return groups;
}

function unfit(reason: string): LineageError<'data-unfit'> {
  return new LineageError('data-unfit', { reason });
}
