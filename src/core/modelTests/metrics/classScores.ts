/** Outputs of a classifier: of each example a row of class probabilities. */
export interface ClassScores {
  readonly classes: number;
  /** `examples × classes`, row by row; each row sums to 1, or holds a NaN. */
  readonly probabilities: Float64Array;
  /** True class of each example. */
  readonly labels: Int32Array;
  /** Natural logarithm of the probability of each example's true class; −∞ is possible. */
  readonly logLikelihood: Float64Array;
}

/**
 * Class probabilities from a network's output. Rows of `classes` numbers that are shares of one already
 * stay; others are taken as logits. One number for two classes says how likely the second is:
 * a probability where `sigmoid`, else its logit. Examples without a label (−1) are left out.
 *
 * @returns undefined where the numbers are not as many as `examples × classes`.
 */
export function classScores(
  output: ArrayLike<number>,
  targets: Int32Array,
  classes: number,
  sigmoid: boolean,
): ClassScores | undefined {
  const width = output.length / targets.length;
  if (width !== classes && !(width === 1 && classes === 2)) return undefined;
  const rows = [...targets.keys()].filter((row) => (targets[row] as number) >= 0);
  const probabilities = new Float64Array(rows.length * classes);
  const logLikelihood = new Float64Array(rows.length);
  const shares = width === classes && areShares(output, targets.length, classes);
  for (const [at, row] of rows.entries()) {
    const logs =
      width === 1
        ? yesOrNo(output[row] as number, sigmoid)
        : logShares(output, row * classes, classes, shares);
    for (let c = 0; c < classes; c++) probabilities[at * classes + c] = Math.exp(logs[c] as number);
    logLikelihood[at] = logs[targets[row] as number] as number;
  }
  const labels = Int32Array.from(rows, (row) => targets[row] as number);
  return { classes, probabilities, labels, logLikelihood };
}

/** Whether every row is shares of one, as after a softmax: judged for all rows together. */
function areShares(output: ArrayLike<number>, count: number, classes: number): boolean {
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = output[row * classes + c] as number;
      if (value < 0) return false;
      sum += value;
    }
    if (!(Math.abs(sum - 1) < 1e-3)) return false;
  }
  return true;
}

function logShares(
  output: ArrayLike<number>,
  start: number,
  classes: number,
  shares: boolean,
): Float64Array {
  const logs = new Float64Array(classes);
  if (shares) {
    for (let c = 0; c < classes; c++) logs[c] = Math.log(output[start + c] as number);
    return logs;
  }
  let largest = -Infinity;
  for (let c = 0; c < classes; c++) largest = Math.max(largest, output[start + c] as number);
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp((output[start + c] as number) - largest);
  for (let c = 0; c < classes; c++)
    logs[c] = (output[start + c] as number) - largest - Math.log(sum);
  return logs;
}

/** ln(1 − p) and ln p; from a logit z, −ln(1 + e^z) and −ln(1 + e^−z), which do not overflow. */
function yesOrNo(value: number, sigmoid: boolean): Float64Array {
  if (sigmoid) return Float64Array.of(Math.log1p(-value), Math.log(value));
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  return Float64Array.of(-softplus(value), -softplus(-value));
}
