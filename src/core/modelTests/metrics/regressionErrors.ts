/** How far numbers are from what they should be, in the target's own unit. */
export interface RegressionErrors {
  readonly mae: number;
  readonly rmse: number;
  readonly maxError: number;
  /** 1 − squared errors / squared deviations from the mean; left out where all targets are equal. */
  readonly r2?: number;
}

/**
 * @param targets - NaN: not labelled, left out.
 * @returns undefined where nothing is labelled.
 */
export function regressionErrors(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
): RegressionErrors | undefined {
  let [count, sum, absolute, squared, maxError] = [0, 0, 0, 0, 0];
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    if (Number.isNaN(target)) continue;
    const error = Math.abs((predictions[row] as number) - target);
    count++;
    sum += target;
    absolute += error;
    squared += error * error;
    maxError = Math.max(maxError, error);
  }
  if (count === 0) return undefined;
  const mean = sum / count;
  let spread = 0;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    if (!Number.isNaN(target)) spread += (target - mean) ** 2;
  }
  return {
    mae: absolute / count,
    rmse: Math.sqrt(squared / count),
    maxError,
    ...(spread === 0 ? {} : { r2: 1 - squared / spread }),
  };
}
