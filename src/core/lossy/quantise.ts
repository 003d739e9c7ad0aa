import { decodeElements } from '../tensor/elements.ts';
import { fromSteps, stepBytes, stepsBetween, type StepDtype } from './steps.ts';

/** A tensor to be written in steps from a base. */
export interface QuantiseOrder {
  readonly dtype: StepDtype;
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
  /** What a reader will get for the base, equally long; none to quantise the tensor itself. */
  readonly base?: Uint8Array;
  /** Positive and finite. */
  readonly step: number;
  /**
   * How far a value is moved towards its base before it is rounded, in steps, 0 to 0.5: fewer bits at a
   * larger error. 0 is plain rounding, halves up.
   */
  readonly deadZone?: number;
  /** [n]: the steps of each element as `stepsBetween` counts them, 0 where it gives none, if they are known. */
  readonly counted?: Int32Array;
}

export interface Quantised {
  /** What a reader will get: base + step · q, rounded to the dtype. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** [n]; 0 where the element stayed exact. */
  readonly integers: Int32Array;
  /** Elements that stayed as they were: not finite, from a base that is not, or too far from it. */
  readonly exact: number;
  /** Over all elements: largest and summed |original − reconstructed|. */
  readonly maxError: number;
  readonly sumError: number;
}

/** MGit's step for an error bound ε: 2 · ln(1 + ε). Source: reference §6.2. */
export function mgitStep(epsilon: number): number {
  return 2 * Math.log(1 + epsilon);
}

/**
 * Rounds the difference of a tensor from its base to whole steps. Differences and sums are in float64,
 * the result is rounded once to the dtype: `|error| ≤ step · (½ + deadZone) + ½ ulp` of the result, however
 * far the base itself is from what it once was.
 *
 * Source: reference §6.2 and §6.5.
 */
export function quantise(order: QuantiseOrder): Quantised {
  const { dtype, bytes, base, step, deadZone = 0, counted } = order;
  const values = decodeElements(dtype, bytes);
  const from = base === undefined ? undefined : decodeElements(dtype, base);
  const integers = new Int32Array(values.length);
  const kept = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const known = counted?.[i] ?? 0;
    if (known !== 0) {
      integers[i] = known;
      continue;
    }
    const start = from?.[i] ?? 0;
    const q = stepsBetween(start, towards(start, values[i] as number, deadZone * step), step);
    if (q === undefined) kept.add(i);
    else integers[i] = q;
  }
  const result = fromSteps(dtype, base, step, integers);
  keepOverflown(dtype, values, result, kept);
  const size = stepBytes[dtype];
  for (const i of kept) {
    integers[i] = 0;
    result.set(bytes.subarray(i * size, (i + 1) * size), i * size);
  }
  return { bytes: result, integers, exact: kept.size, ...errorsOf(dtype, values, result) };
}

/** The value moved towards `start` by at most `by`. */
function towards(start: number, value: number, by: number): number {
  if (by === 0) return value;
  const change = value - start;
  if (Math.abs(change) <= by) return start;
  return change > 0 ? value - by : value + by;
}

/** Sums that the dtype cannot hold, of values that it can: those elements stay as they are. */
function keepOverflown(
  dtype: StepDtype,
  values: Float64Array,
  result: Uint8Array,
  kept: Set<number>,
): void {
  const read = decodeElements(dtype, result);
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]) && !Number.isFinite(read[i])) kept.add(i);
}

/** Largest and summed difference; what is not finite is there unchanged. */
function errorsOf(
  dtype: StepDtype,
  values: Float64Array,
  result: Uint8Array,
): Pick<Quantised, 'maxError' | 'sumError'> {
  const read = decodeElements(dtype, result);
  let maxError = 0;
  let sumError = 0;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs((values[i] as number) - (read[i] as number));
    if (!(error > 0)) continue;
    sumError += error;
    if (error > maxError) maxError = error;
  }
  return { maxError, sumError };
}
