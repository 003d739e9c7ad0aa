import type { SumDerivation } from './derivation.ts';
import { closeness } from './detectScaled.ts';
import { leastSquares } from './leastSquares.ts';
import { isFloatName } from './numbers.ts';
import { predictSum } from './predictNumbers.ts';
import {
  elementsIn,
  numbersAtPlaces,
  spreadPlaces,
  type Hypothesis,
  type Window,
} from './window.ts';

const sampled = 1024;
/** Most bases of a sum. */
export const mostSummed = 8;
/** Less than this share of the best single base's is left over by a sum that is worth more bases. */
const worthIt = 0.8;

/**
 * Whether a chunk is a weighted sum of its counterparts: an average of several models, a base with
 * what others have learnt. The weights are solved from samples; those that are told, or near to
 * round ones, are tried as well.
 *
 * @param told - weights of all of `bases`, as a recipe names them.
 */
export function detectSum(
  child: Window,
  bases: readonly Window[],
  told: readonly (readonly number[])[],
): Hypothesis[] {
  const { dtype } = child;
  if (!isFloatName(dtype)) return [];
  const places = bases.flatMap((base, place) =>
    base.dtype === dtype && base.first === child.first && base.bytes.length === child.bytes.length
      ? [place]
      : [],
  );
  const used = places.slice(0, mostSummed);
  const count = elementsIn(child);
  if (used.length < 2 || count < 8) return [];
  const at = spreadPlaces(count, sampled);
  const target = numbersAtPlaces(child, at);
  const columns = used.map((place) => numbersAtPlaces(bases[place] as Window, at));
  const alone = Math.min(...columns.map((column) => closeness(dtype, target, column)));
  if (alone === 0) return [];
  const bytes = columns.map((_, i) => sampleBytes(bases[used[i] as number] as Window, at));
  let best: Hypothesis | undefined;
  for (const { form, coefficients } of candidates(target, columns, told)) {
    const derivation: SumDerivation = { is: 'sum', dtype, form, coefficients };
    const prediction = predictSum(derivation, bytes, (bytes[0] as Uint8Array).length);
    if (prediction === undefined) continue;
    const window = { dtype, shape: [], first: 0, bytes: prediction.bytes };
    const share = closeness(
      dtype,
      target,
      numbersAtPlaces(
        window,
        at.map((_, i) => i),
      ),
    );
    if (share < (best?.share ?? worthIt * alone)) best = { derivation, windows: used, share };
    if (share === 0) break;
  }
  return best === undefined ? [] : [best];
}

function sampleBytes({ dtype, bytes }: Window, at: readonly number[]): Uint8Array {
  const width = { f64: 8, f32: 4, f16: 2, bf16: 2 }[dtype as 'f32'];
  const sample = new Uint8Array(at.length * width);
  for (const [i, place] of at.entries())
    sample.set(bytes.subarray(place * width, (place + 1) * width), i * width);
  return sample;
}

interface Candidate {
  readonly form: SumDerivation['form'];
  readonly coefficients: Float64Array;
}

/** Equal parts, what is told, what is solved, and round numbers near to that; in all forms. */
function candidates(
  target: Float64Array,
  columns: readonly Float64Array[],
  told: readonly (readonly number[])[],
): Candidate[] {
  const n = columns.length;
  const solved = solve(target, columns);
  const rounded = (to: number) => solved.map((c) => Math.round(c * to) / to);
  const sets = [
    ...told.filter((each) => each.length === n).map((each) => Float64Array.from(each)),
    new Float64Array(n).fill(1 / n),
    ...[20, 1000, 60].map(rounded),
    solved,
  ];
  return sets.flatMap((coefficients) =>
    (['sum', 'steps', 'mix'] as const).map((form) => ({ form, coefficients })),
  );
}

/** Solved on the first base and the differences to it, which are far from dependent. */
function solve(target: Float64Array, columns: readonly Float64Array[]): Float64Array {
  const finite = (i: number) =>
    Number.isFinite(target[i]) && columns.every((column) => Number.isFinite(column[i]));
  const rows = Array.from(target.keys()).filter(finite);
  const first = columns[0] as Float64Array;
  const from = (column: Float64Array) => Float64Array.from(rows, (i) => column[i] as number);
  const start = from(first);
  const shifted = columns.map((column, j) =>
    j === 0 ? start.slice() : from(column).map((value, i) => value - (start[i] as number)),
  );
  const goal = from(target).map((value, i) => value - (start[i] as number));
  const x = leastSquares([...shifted.slice(1), shifted[0] as Float64Array], goal);
  const others = x.subarray(0, columns.length - 1);
  // Sums of models are nearly always sums of parts of one.
  const scale = x[columns.length - 1] as number;
  const own = 1 + (Math.abs(scale) < 1e-6 ? 0 : scale);
  return Float64Array.of(own - others.reduce((sum, c) => sum + c, 0), ...others);
}
