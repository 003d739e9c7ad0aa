import { columnNamed } from './inputMaker.ts';
import { sizeOf, type RawExamples } from './rawExamples.ts';

export interface FittedNumbers {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Mean and standard deviation of columns of numbers over some rows: of each feature, or one for all. A
 * feature that never changes gets the deviation 1. Rounded to seven digits, as many as f32 has.
 */
export function fitNumbers(
  examples: RawExamples,
  columns: readonly string[],
  rows: Uint32Array,
  per: 'feature' | 'all',
): FittedNumbers {
  const means: number[] = [];
  const squares: number[] = [];
  for (const name of columns) {
    const column = columnNamed(examples, name);
    if (column.is !== 'numbers') throw new Error(`${name} holds no numbers`);
    const size = sizeOf(column.shape);
    for (let feature = 0; feature < size; feature++) {
      let sum = 0;
      for (const row of rows) sum += column.data[row * size + feature] as number;
      const mean = sum / rows.length;
      // In a second pass: the difference of large sums would lose what is wanted.
      let square = 0;
      for (const row of rows) square += ((column.data[row * size + feature] as number) - mean) ** 2;
      means.push(mean);
      squares.push(square / rows.length);
    }
  }
  if (per === 'feature')
    return { mean: means.map(seven), deviation: squares.map((square) => deviationOf(square)) };
  const mean = means.reduce((sum, one) => sum + one, 0) / means.length;
  const square =
    squares.reduce((sum, one, at) => sum + one + ((means[at] ?? 0) - mean) ** 2, 0) / means.length;
  return { mean: [seven(mean)], deviation: [deviationOf(square)] };
}

function deviationOf(square: number): number {
  const deviation = seven(Math.sqrt(square));
  return deviation > 0 ? deviation : 1;
}

function seven(value: number): number {
  return Number(value.toPrecision(7));
}
