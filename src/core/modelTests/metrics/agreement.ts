/** How alike the outputs of two models are. */
export interface Agreement {
  readonly meanDifference: number;
  readonly maxDifference: number;
}

/** Mean and largest absolute difference of outputs of equal length. */
export function differencesOf(a: ArrayLike<number>, b: ArrayLike<number>): Agreement {
  let [sum, maxDifference] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    const gap = Math.abs((a[at] as number) - (b[at] as number));
    sum += gap;
    maxDifference = Math.max(maxDifference, gap);
  }
  return { meanDifference: a.length === 0 ? 0 : sum / a.length, maxDifference };
}

/**
 * Of rows of class probabilities: how often both name the same class (of equal ones the first), and the
 * mean Kullback-Leibler divergence of `own` from `other` in nats, Σ other ln(other / own).
 */
export function classAgreement(
  own: Float64Array,
  other: Float64Array,
  classes: number,
): { readonly agreement: number; readonly divergence: number } {
  const rows = own.length / classes;
  let [same, divergence] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    if (likeliest(own, start, classes) === likeliest(other, start, classes)) same++;
    for (let c = start; c < start + classes; c++) {
      const q = other[c] as number;
      if (q !== 0) divergence += q * Math.log(q / (own[c] as number));
    }
  }
  return { agreement: same / rows, divergence: divergence / rows };
}

function likeliest(values: Float64Array, start: number, classes: number): number {
  let best = start;
  for (let at = start; at < start + classes; at++)
    if ((values[at] as number) > (values[best] as number)) best = at;
  return best;
}
