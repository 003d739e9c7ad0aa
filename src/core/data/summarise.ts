import type { BadRow, ColumnSummary, DatasetSummary } from './dataset.ts';
import { isScalar, sizeOf, valueText, type RawColumn, type RawExamples } from './rawExamples.ts';

/** More different values than this are no categories: no network has a head for them here. */
export const maxCategories = 1000;

/** What is said of whole numbers only where they are so few that they may be classes. */
const maxWholeValues = 100;

/** Rows left out, counted while reading. */
export interface BadRows {
  readonly first: readonly BadRow[];
  readonly count: number;
  readonly notes: readonly string[];
}

/** What a page shows of a data set and what choices are made by. */
export function summarise(
  examples: RawExamples,
  bad: BadRows,
  sizeBytes: number,
  label: string | undefined,
): DatasetSummary {
  return {
    kind: examples.kind,
    examples: examples.count,
    columns: examples.columns.map((column) => summariseColumn(column, examples.count)),
    ...(label === undefined ? {} : { label }),
    badRows: bad.first,
    badRowCount: bad.count,
    sizeBytes,
    ...(bad.notes.length === 0 ? {} : { notes: bad.notes }),
  };
}

function summariseColumn(column: RawColumn, count: number): ColumnSummary {
  const { name } = column;
  switch (column.is) {
    case 'images':
      return { name, type: 'image', ...sameShape(column.images.map((image) => imageShape(image))) };
    case 'audio':
      return {
        name,
        type: 'audio',
        ...sameShape(column.clips.map(({ samples }) => [samples.length])),
      };
    case 'strings': {
      const values = countValues(column, count, maxCategories);
      const few = values !== undefined && values.length <= Math.max(20, count / 2);
      return few ? { name, type: 'category', values } : { name, type: 'text' };
    }
    case 'numbers':
      return summariseNumbers(column, count);
  }
}

function summariseNumbers(
  column: Extract<RawColumn, { is: 'numbers' }>,
  count: number,
): ColumnSummary {
  const { name, shape, data } = column;
  const range = rangeOf(data);
  if (!isScalar(column))
    return { name, type: column.picture === true ? 'image' : 'array', shape, range };
  const whole = data.every((value) => Number.isInteger(value));
  const values = whole ? countValues(column, count, maxWholeValues) : undefined;
  return { name, type: 'number', shape: [], range, ...(values === undefined ? {} : { values }) };
}

/** Each value and how often, most often first; undefined when there are more than `most`. */
export function countValues(
  column: RawColumn,
  count: number,
  most: number,
): { value: string; count: number }[] | undefined {
  const counts = new Map<string, number>();
  for (let row = 0; row < count; row++) {
    const value = valueText(column, row);
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > most) return undefined;
  }
  return [...counts]
    .map(([value, times]) => ({ value, count: times }))
    .sort((a, b) => b.count - a.count || compareNaturally(a.value, b.value));
}

/** Numbers by size, then texts by code units: 2 before 10, on every machine alike. */
export function compareNaturally(a: string, b: string): number {
  const numberA = a === '' ? Number.NaN : Number(a);
  const numberB = b === '' ? Number.NaN : Number(b);
  if (!Number.isNaN(numberA) && !Number.isNaN(numberB) && numberA !== numberB)
    return numberA - numberB;
  if (Number.isNaN(numberA) !== Number.isNaN(numberB)) return Number.isNaN(numberA) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function rangeOf(data: ArrayLike<number>): { min: number; max: number; mean: number } {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return data.length === 0 ? { min: 0, max: 0, mean: 0 } : { min, max, mean: sum / data.length };
}

function imageShape(image: { height: number; width: number; channels: number }): number[] {
  return [image.height, image.width, image.channels];
}

function sameShape(shapes: readonly (readonly number[])[]): { shape?: readonly number[] } {
  const [first] = shapes;
  const same = first !== undefined && shapes.every((shape) => shape.join() === first.join());
  return same && sizeOf(first) > 0 ? { shape: first } : {};
}
