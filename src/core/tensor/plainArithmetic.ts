/** The definition of the arithmetic: what every backend has to give, to the bit. */

/** Differences of float32 bit patterns in an order-preserving numbering, modulo 2^32. */
export function plainDifference(values: Int32Array, base: Int32Array): Int32Array<ArrayBuffer> {
  const difference = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++)
    difference[i] = ordered(values[i] as number) - ordered(base[i] as number);
  return difference;
}

function ordered(pattern: number): number {
  return pattern < 0 ? ~(pattern & 0x7fffffff) : pattern;
}

/** Most steps from a base that are told: an int32's. */
const mostSteps = 2 ** 31 - 1;

/**
 * Steps from the base, halves up: `⌊(values − base) / step + ½⌋` in float64, 0 where that is no int32.
 *
 * Source: MGit's quantiser (arXiv 2307.07507, section 5).
 */
export function plainSteps(
  values: Float32Array,
  base: Float32Array,
  step: number,
): Int32Array<ArrayBuffer> {
  const steps = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++)
    steps[i] = stepsOf(values[i] as number, base[i] as number, step);
  return steps;
}

function stepsOf(value: number, base: number, step: number): number {
  const steps = Math.floor((value - base) / step + 0.5);
  return Math.abs(steps) <= mostSteps ? steps : 0;
}

/**
 * Makes estimated steps exact, in place: an estimate that float64 does not confirm is counted anew, so
 * that the result does not depend on who estimated.
 */
export function exactSteps(
  estimate: Int32Array<ArrayBuffer>,
  values: Float32Array,
  base: Float32Array,
  step: number,
): Int32Array<ArrayBuffer> {
  for (let i = 0; i < estimate.length; i++) {
    const value = values[i] as number;
    const from = base[i] as number;
    const steps = estimate[i] as number;
    const shifted = (value - from) / step + 0.5;
    // Also false for NaN.
    if (steps <= shifted && shifted < steps + 1 && Math.abs(steps) <= mostSteps) continue;
    estimate[i] = stepsOf(value, from, step);
  }
  return estimate;
}
