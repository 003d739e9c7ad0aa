/** How two samples of corresponding elements go together. */
export interface SampleComparison {
  /** Elements compared. */
  readonly n: number;
  /** Pearson correlation, -1 to 1. */
  readonly correlation: number;
  /** ‖x − y‖ / ‖x‖. */
  readonly relativeDistance: number;
  /** Correlation left after the best scale for each channel, 0 to 1; over the best channel axis. */
  readonly scaled: number;
  /** Elements less the scales fitted. */
  readonly scaledFreedom: number;
}

/** Sums from which the slopes of a regression are pooled over tensors; values standardised. */
export interface Slopes {
  readonly largeProducts: number;
  readonly largeSquares: number;
  readonly smallProducts: number;
  readonly smallSquares: number;
}

/** Share of the elements, by magnitude about the mean, that count as large. */
const largeShare = 0.25;

/**
 * Compares samples `x` and `y` laid out as a row-major grid with `lengths` per axis.
 *
 * @param channelAxes - axes that may hold output channels, for the comparison up to scale.
 */
export function compareSamples(
  x: Float32Array,
  y: Float32Array,
  lengths: readonly number[],
  channelAxes: readonly number[],
): SampleComparison {
  const n = x.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy, rawXx, apart] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const a = x[i] as number;
    const b = y[i] as number;
    xx += (a - mx) ** 2;
    yy += (b - my) ** 2;
    xy += (a - mx) * (b - my);
    rawXx += a * a;
    apart += (a - b) ** 2;
  }
  const correlation = xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
  let scaled = 0;
  let scaledFreedom = n;
  for (const axis of channelAxes) {
    const found = scaledCorrelation(x, y, lengths, axis);
    if (found <= scaled) continue;
    scaled = found;
    scaledFreedom = n - (lengths[axis] ?? 1);
  }
  return {
    n,
    correlation: Number.isFinite(correlation) ? correlation : 0,
    relativeDistance: rawXx > 0 ? Math.sqrt(apart / rawXx) : apart > 0 ? Infinity : 0,
    scaled,
    scaledFreedom,
  };
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length > 0 ? sum / values.length : 0;
}

/**
 * 1 if every slice of `y` along `axis` is a multiple of that of `x`; near 0 if unrelated. Each scale
 * costs a degree of freedom, for which the residual is corrected.
 */
function scaledCorrelation(
  x: Float32Array,
  y: Float32Array,
  lengths: readonly number[],
  axis: number,
): number {
  const channels = lengths[axis] ?? 1;
  const perChannel = x.length / channels;
  if (perChannel < 3) return 0;
  const inner = lengths.slice(axis + 1).reduce((product, length) => product * length, 1);
  const sums = new Float64Array(3 * channels);
  for (let i = 0; i < x.length; i++) {
    const at = 3 * (Math.floor(i / inner) % channels);
    const a = x[i] as number;
    const b = y[i] as number;
    sums[at] = (sums[at] as number) + a * a;
    sums[at + 1] = (sums[at + 1] as number) + b * b;
    sums[at + 2] = (sums[at + 2] as number) + a * b;
  }
  // Every channel counts alike: normalisation gives them very different scales.
  let left = 0;
  let counted = 0;
  for (let at = 0; at < sums.length; at += 3) {
    const squares = (sums[at] as number) * (sums[at + 1] as number);
    if (squares === 0) continue;
    left += Math.max(0, 1 - (sums[at + 2] as number) ** 2 / squares);
    counted++;
  }
  if (counted === 0) return 0;
  const residual = ((left / counted) * perChannel) / (perChannel - 1);
  return Math.sqrt(Math.max(0, 1 - residual));
}

/** The regression of `y` on `x` in sums, apart for large and small deviations of `x`. */
export function slopesOf(x: Float32Array, y: Float32Array): Slopes {
  const n = x.length;
  const sums = { largeProducts: 0, largeSquares: 0, smallProducts: 0, smallSquares: 0 };
  const [mx, my] = [mean(x), mean(y)];
  const [sx, sy] = [spreadOf(x, mx), spreadOf(y, my)];
  if (n < 16 || !(sx > 0) || !(sy > 0)) return sums;
  const size = Float32Array.from(x, (value) => Math.abs(value - mx)).sort();
  const threshold = size[Math.floor(n * (1 - largeShare))] ?? 0;
  for (let i = 0; i < n; i++) {
    const a = (x[i] ?? 0) - mx;
    const b = (y[i] ?? 0) - my;
    const product = (a * b) / (sx * sy);
    const square = (a * a) / (sx * sx);
    if (Math.fround(Math.abs(a)) >= threshold) {
      sums.largeProducts += product;
      sums.largeSquares += square;
    } else {
      sums.smallProducts += product;
      sums.smallSquares += square;
    }
  }
  return sums;
}

function spreadOf(values: Float32Array, about: number): number {
  let sum = 0;
  for (const value of values) sum += (value - about) ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}
