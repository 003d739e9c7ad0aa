import type { TargetUse } from './dataUse.ts';
import type { Column } from './examples.ts';
import { columnNamed, unfit } from './inputMaker.ts';
import { isScalar, valueText, type RawExamples } from './rawExamples.ts';

/** What a head learns, of each row: i32 classes, −1 for none; or f32 numbers, NaN for none. */
export type TargetValues = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/**
 * The targets of all rows.
 *
 * @throws LineageError `data-unfit`: no such column, words without classes, no row with a class.
 */
export function targetValues(examples: RawExamples, use: TargetUse): TargetValues {
  const column = columnNamed(examples, use.column);
  if (!isScalar(column))
    throw unfit(`"${use.column}" is no single value an example, so it cannot be predicted`);
  if (use.classes !== undefined) return classIndices(examples, use, use.classes);
  if (column.is !== 'numbers')
    throw unfit(
      `"${use.column}" holds words: give the classes, in the order of the model's outputs`,
    );
  const { mean = 0, deviation = 1 } = use;
  return Float32Array.from(column.data, (value) => (value - mean) / deviation);
}

function classIndices(
  examples: RawExamples,
  { column: name, mapped }: TargetUse,
  classes: readonly string[],
): Int32Array<ArrayBuffer> {
  const column = columnNamed(examples, name);
  const indices = new Map(classes.map((value, index) => [value, index]));
  const table = mapped === undefined ? undefined : new Map(Object.entries(mapped));
  let found = 0;
  const values = Int32Array.from({ length: examples.count }, (_, row) => {
    const value = valueText(column, row);
    const index = indices.get(table === undefined ? value : (table.get(value) ?? '')) ?? -1;
    if (index >= 0) found++;
    return index;
  });
  if (found === 0)
    throw unfit(
      `no example has one of the classes ${classes.slice(0, 8).join(', ')} in "${name}": choose another column`,
    );
  return values;
}

/** A group for stratifying and for leaving out: the first head's class; −1 where no head has a target. */
export function groupsOf(targets: readonly TargetValues[], count: number): Int32Array<ArrayBuffer> {
  const first = targets.find((values) => values instanceof Int32Array);
  return Int32Array.from({ length: count }, (_, row) => {
    if (!targets.some((values) => isLabelled(values, row))) return -1;
    // Labelled by another head only: a group of its own.
    return 1 + (first?.[row] ?? -1);
  });
}

function isLabelled(values: TargetValues, row: number): boolean {
  const value = values[row] as number;
  return values instanceof Int32Array ? value >= 0 : !Number.isNaN(value);
}

/** The targets of some rows as a column, each row `times` times over. */
export function targetColumn(
  name: string,
  values: TargetValues,
  rows: Uint32Array,
  times: number,
): Column {
  const data =
    values instanceof Int32Array
      ? new Int32Array(rows.length * times)
      : new Float32Array(rows.length * times);
  for (let i = 0; i < data.length; i++) data[i] = values[rows[i % rows.length] as number] as number;
  return { name, dtype: values instanceof Int32Array ? 'i32' : 'f32', shape: [], data };
}
