import type { LowRankDerivation } from './derivation.ts';
import { closeness } from './detectScaled.ts';
import { isFloatName, numbersAt } from './numbers.ts';
import { predictLowRank } from './predictNumbers.ts';
import {
  elementsIn,
  numbersAtPlaces,
  spreadPlaces,
  ulpOf,
  type Hypothesis,
  type Window,
} from './window.ts';

/** Rows and columns whose crossing is looked at, and the highest rank that is looked for. */
const crossed = 36;
const highestRank = 32;
/** Elements at which a whole prediction is tried. */
const tried = 512;

/** Two whole matrices of an adapter, as places in the list of windows. */
export interface AdapterPlaces {
  readonly up: number;
  readonly down: number;
}

/**
 * Whether a chunk is its counterpart with an adapter added to it: base + scale · B · A, the matrices
 * stored as tensors of their own.
 */
export function detectAdapter(
  child: Window,
  windows: readonly Window[],
  place: number,
  adapter: AdapterPlaces,
): Hypothesis[] {
  const base = windows[place];
  const matrix = base && matrixOf(child, base);
  const matrices = adapterMatrices(windows, adapter);
  if (base === undefined || matrix === undefined || matrices === undefined) return [];
  const { up, down, rank } = matrices;
  const { dtype, columns } = matrix;
  if (down.shape[1] !== columns) return [];
  const head = { is: 'low-rank', dtype, columns, first: child.first % columns, rank } as const;
  const fromRow = Math.floor(child.first / columns);
  const unit: LowRankDerivation = { ...head, fromRow, scale: 1 };
  const bases = [base.bytes, up.bytes, down.bytes];
  const solved = solveScale(child, base, unit, bases);
  let best: Hypothesis | undefined;
  for (const scale of nearScales(solved)) {
    const derivation = { ...unit, scale };
    const share = shareLeft(child, derivation, bases);
    if (share !== undefined && share < (best?.share ?? 0.6))
      best = { derivation, windows: [place, adapter.up, adapter.down], share };
  }
  return best === undefined ? [] : [best];
}

function adapterMatrices(windows: readonly Window[], adapter: AdapterPlaces) {
  const [up, down] = [windows[adapter.up], windows[adapter.down]];
  const rank = down?.shape[0] ?? 0;
  if (up?.dtype !== 'f32' || down?.dtype !== 'f32') return undefined;
  return rank > 0 && up.shape[1] === rank ? { up, down, rank } : undefined;
}

/** Whether a chunk differs from its counterpart by a matrix of low rank; keeps the factors itself. */
export function detectLowRank(child: Window, base: Window, place: number): Hypothesis[] {
  const matrix = matrixOf(child, base);
  if (matrix === undefined) return [];
  const { dtype, columns, first, rows } = matrix;
  if (rows < 8 || columns < 8) return [];
  const rank = rankOf(child, base, matrix);
  if (rank === 0 || rank > highestRank || 3 * rank * (rows + columns) > rows * columns) return [];
  const factors = factorise(differenceOf(child, base, matrix), rows, columns, rank);
  const derivation: LowRankDerivation = {
    is: 'low-rank', dtype, columns, first, fromRow: 0, rank, scale: 1, factors,
  }; // prettier-ignore
  const share = shareLeft(child, derivation, [base.bytes]);
  if (share === undefined || share > 0.5) return [];
  const own = (4 * rank * (rows + columns)) / child.bytes.length;
  return [{ derivation, windows: [place], share: share + own }];
}

interface Matrix {
  readonly dtype: LowRankDerivation['dtype'];
  readonly columns: number;
  /** Place of the window's first element in its first row. */
  readonly first: number;
  /** Rows that the window touches. */
  readonly rows: number;
}

function matrixOf(child: Window, base: Window): Matrix | undefined {
  const { dtype, shape } = child;
  const columns = shape.slice(1).reduce((product, extent) => product * extent, 1);
  if (!isFloatName(dtype) || dtype === 'f64' || base.dtype !== dtype || shape.length < 2)
    return undefined;
  if (base.first !== child.first || base.bytes.length !== child.bytes.length) return undefined;
  const first = child.first % columns;
  return { dtype, columns, first, rows: Math.ceil((first + elementsIn(child)) / columns) };
}

function differenceOf(child: Window, base: Window, { dtype, first, rows, columns }: Matrix) {
  const count = elementsIn(child);
  const mine = numbersAt(dtype, child.bytes, 0, count) as Float64Array;
  const theirs = numbersAt(dtype, base.bytes, 0, count) as Float64Array;
  const difference = new Float64Array(rows * columns);
  for (let i = 0; i < count; i++) {
    const by = (mine[i] as number) - (theirs[i] as number);
    difference[first + i] = Number.isFinite(by) ? by : 0;
  }
  return difference;
}

/** Rank of the crossing of a few rows and columns, up to rounding; 0 for none, or as many as there are. */
function rankOf(child: Window, base: Window, { dtype, first, columns }: Matrix): number {
  // Whole rows only.
  const from = first === 0 ? 0 : 1;
  const whole = Math.floor((first + elementsIn(child)) / columns) - from;
  if (whole < 8) return 0;
  const atRows = spreadPlaces(whole, crossed).map((row) => row + from);
  const atColumns = spreadPlaces(columns, crossed);
  const part = atRows.map((row) => {
    const places = atColumns.map((column) => row * columns + column - first);
    const theirs = numbersAtPlaces(base, places);
    return numbersAtPlaces(child, places).map((value, i) => value - (theirs[i] as number));
  });
  const largest = Math.max(...part.map((line) => Math.max(...line.map(Math.abs))));
  if (!(largest > 0)) return 0;
  const noise = 64 * ulpOf(dtype, largest) + largest * 1e-6;
  const limit = Math.min(atRows.length, atColumns.length, highestRank + 1);
  for (let step = 0; step < limit; step++) {
    let [pivotRow, pivotColumn, size] = [step, step, 0];
    for (let i = step; i < part.length; i++)
      for (let j = step; j < atColumns.length; j++) {
        const value = Math.abs(part[i]?.[j] ?? 0);
        if (value > size) [pivotRow, pivotColumn, size] = [i, j, value];
      }
    if (size <= noise) return step;
    eliminate(part, step, pivotRow, pivotColumn);
  }
  return 0;
}

function eliminate(part: Float64Array[], step: number, row: number, column: number): void {
  [part[step], part[row]] = [part[row] as Float64Array, part[step] as Float64Array];
  for (const line of part) {
    const held = line[step] as number;
    line[step] = line[column] as number;
    line[column] = held;
  }
  const pivot = part[step];
  for (const line of part.slice(step + 1)) {
    const by = (line[step] as number) / (pivot[step] as number);
    for (let j = step; j < line.length; j++)
      line[j] = (line[j] as number) - by * (pivot[j] as number);
  }
}

/**
 * B `[rows, rank]` and A `[rank, columns]` whose product is nearest to a matrix, by subspace iteration
 * from evenly spread rows.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., §8.2.4.
 */
function factorise(
  matrix: Float64Array,
  rows: number,
  columns: number,
  rank: number,
): { readonly b: Float32Array; readonly a: Float32Array } {
  let a: Float64Array[] = spreadPlaces(rows, rank).map((row) =>
    matrix.slice(row * columns, (row + 1) * columns),
  );
  // A start that spans too little is filled with what the iteration brings.
  for (const [k, line] of a.entries())
    line[(k * 7919) % columns] = (line[(k * 7919) % columns] ?? 0) + 1e-3;
  orthonormalise(a);
  let b = timesTransposed(matrix, rows, columns, a);
  for (let turn = 0; turn < 3; turn++) {
    orthonormalise(b);
    a = transposedTimes(matrix, rows, columns, b);
    orthonormalise(a);
    b = timesTransposed(matrix, rows, columns, a);
  }
  const up = new Float32Array(rows * rank);
  for (const [k, line] of b.entries())
    for (let row = 0; row < rows; row++) up[row * rank + k] = line[row] as number;
  const down = new Float32Array(rank * columns);
  for (const [k, line] of a.entries()) down.set(line, k * columns);
  return { b: up, a: down };
}

/** Gram and Schmidt's, twice, so that rounding leaves nothing. */
function orthonormalise(lines: Float64Array[]): void {
  for (const [k, line] of lines.entries()) {
    for (let turn = 0; turn < 2; turn++)
      for (const other of lines.slice(0, k)) {
        let dot = 0;
        for (let i = 0; i < line.length; i++) dot += (line[i] as number) * (other[i] as number);
        for (let i = 0; i < line.length; i++)
          line[i] = (line[i] as number) - dot * (other[i] as number);
      }
    const length = Math.sqrt(line.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < line.length; i++) line[i] = length > 0 ? (line[i] as number) / length : 0;
  }
}

function timesTransposed(
  matrix: Float64Array,
  rows: number,
  columns: number,
  lines: readonly Float64Array[],
): Float64Array[] {
  return lines.map((line) => {
    const result = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      const at = row * columns;
      for (let j = 0; j < columns; j++) sum += (matrix[at + j] as number) * (line[j] as number);
      result[row] = sum;
    }
    return result;
  });
}

function transposedTimes(
  matrix: Float64Array,
  rows: number,
  columns: number,
  lines: readonly Float64Array[],
): Float64Array[] {
  return lines.map((line) => {
    const result = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      const by = line[row] as number;
      const at = row * columns;
      for (let j = 0; j < columns; j++)
        result[j] = (result[j] as number) + by * (matrix[at + j] as number);
    }
    return result;
  });
}

/** The factor of the product that explains most of the difference. */
function solveScale(
  child: Window,
  base: Window,
  unit: LowRankDerivation,
  bases: readonly Uint8Array[],
): number {
  const zero = new Uint8Array(base.bytes.length);
  const product = predictLowRank(unit, [zero, ...bases.slice(1)], child.bytes.length);
  if (product === undefined) return 0;
  const at = spreadPlaces(elementsIn(child), tried);
  const whole = numbersAtPlaces({ ...child, bytes: product.bytes }, at);
  const [mine, theirs] = [numbersAtPlaces(child, at), numbersAtPlaces(base, at)];
  let [pp, pd] = [0, 0];
  for (let i = 0; i < at.length; i++) {
    pp += (whole[i] as number) ** 2;
    pd += (whole[i] as number) * ((mine[i] as number) - (theirs[i] as number));
  }
  return pp > 0 ? pd / pp : 0;
}

/** Round numbers near to a solved one first, then single precision, then itself. */
function nearScales(solved: number): number[] {
  if (!Number.isFinite(solved) || solved === 0) return [];
  const round = [4, 64, 100, 1000].map((to) => Math.round(solved * to) / to);
  const near = round.filter((scale) => Math.abs(scale - solved) < 1e-3 * Math.abs(solved));
  return [...new Set([...near, Math.fround(solved), solved])];
}

function shareLeft(
  child: Window,
  derivation: LowRankDerivation,
  bases: readonly Uint8Array[],
): number | undefined {
  const prediction = predictLowRank(derivation, bases, child.bytes.length);
  if (prediction === undefined) return undefined;
  const at = spreadPlaces(elementsIn(child), tried);
  const theirs = numbersAtPlaces({ ...child, bytes: prediction.bytes }, at);
  return closeness(derivation.dtype, numbersAtPlaces(child, at), theirs);
}
