/** Order of the linear prediction: three sinusoids, which is one seen through a Hann window. */
const order = 6;
/** Residual over signal, as energies, below which a line is predicted by its own past. */
const predicted = 1e-4;
/** Relative difference below which two magnitudes count as the same value, in float32 steps of 2^-24. */
const sameValueBits = 6;

/**
 * How far lines of a tensor (rows or columns, in order) follow a rule, 0 to 1: the larger of
 *
 * - the share of lines that are a sum of few sinusoids or a low polynomial (linear prediction from
 *   their own past leaves nothing): Fourier and cosine bases, positional encodings, windows;
 * - the share of varying values whose magnitude occurs again nearby: grids, anchors, symmetric
 *   tables, masks;
 * - the share of steps that go on in a straight line: triangular filter banks, ramps.
 *
 * Learned weights do none of these: their mantissas are noise, so that two of some hundred values
 * hardly ever agree to 18 bits. Zeros say nothing either way (pruning makes them too), nor do
 * values of a coarse type, and lines without enough values are left out.
 */
export function regularity(lines: readonly Float32Array[], coarse: boolean): number {
  const judged = lines.filter((line) => varies(line));
  if (judged.length === 0) return 0;
  const simple = Math.max(straightShare(judged), coarse ? 0 : repeatShare(judged));
  return simple >= 0.5 ? simple : Math.max(simple, predictableShare(judged));
}

/** Share of predictable lines; stops early where most are not, as in all learned tensors. */
function predictableShare(lines: readonly Float32Array[]): number {
  let predictable = 0;
  for (const [i, line] of lines.entries()) {
    if (isPredictable(line)) predictable++;
    else if (i + 1 - predictable > lines.length / 2) break;
  }
  return predictable / lines.length;
}

function varies(line: Float32Array): boolean {
  const first = line.find((value) => value !== 0);
  return line.some((value) => value !== 0 && value !== first);
}

/** Least-squares linear prediction of `order` steps about the mean, by the normal equations. */
function isPredictable(line: Float32Array): boolean {
  const n = line.length;
  if (n < 4 * order) return false;
  // Values near one and the same level would look predictable if the mean stayed in.
  let mean = 0;
  for (const value of line) mean += value / n;
  const centred = Float64Array.from(line, (value) => value - mean);
  const products = lagProducts(centred);
  const energy = products[0] ?? 0;
  if (!(energy > 0)) return false;
  const at = (i: number, j: number): number => products[i * (order + 1) + j] ?? 0;
  const system = Array.from({ length: order }, (_, i) =>
    Float64Array.from({ length: order + 1 }, (__, j) =>
      j === order ? at(0, i + 1) : at(i + 1, j + 1),
    ),
  );
  const weights = solve(system, energy * 1e-9);
  let residual = 0;
  for (let t = order; t < n; t++) {
    let error = centred[t] ?? 0;
    for (let i = 0; i < order; i++) error -= (weights[i] ?? 0) * (centred[t - 1 - i] ?? 0);
    residual += error * error;
  }
  return residual < predicted * energy;
}

/** Sums of `x[t − i] · x[t − j]` over `t ≥ order`, as a square of `order + 1` rows. */
function lagProducts(x: Float64Array): Float64Array {
  const size = order + 1;
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let t = order; t < x.length; t++) sum += (x[t - i] as number) * (x[t - j] as number);
      products[i * size + j] = sum;
      products[j * size + i] = sum;
    }
  }
  return products;
}

/** Gaussian elimination of a symmetric positive system `[n, n + 1]`, after adding `ridge`. */
function solve(system: readonly Float64Array[], ridge: number): number[] {
  const n = system.length;
  const at = (i: number, j: number): number => system[i]?.[j] ?? 0;
  for (const [i, pivot] of system.entries()) {
    pivot[i] = at(i, i) + ridge;
    for (const row of system.slice(i + 1)) {
      const factor = (row[i] ?? 0) / at(i, i);
      for (let j = i; j <= n; j++) row[j] = (row[j] ?? 0) - factor * at(i, j);
    }
  }
  const weights = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = weights.reduce((sum, weight, j) => (j > i ? sum + at(i, j) * weight : sum), 0);
    weights[i] = at(i, i) === 0 ? 0 : (at(i, n) - known) / at(i, i);
  }
  return weights;
}

/** Share of inner non-zero values that lie midway between their neighbours, without being equal to them. */
function straightShare(lines: readonly Float32Array[]): number {
  let straight = 0;
  let all = 0;
  for (const line of lines) {
    const scale = line.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let t = 1; t + 1 < line.length; t++) {
      const [before, now, after] = [line[t - 1] ?? 0, line[t] ?? 0, line[t + 1] ?? 0];
      if (now === 0) continue;
      all++;
      if (before !== now && Math.abs(before + after - 2 * now) < 1e-5 * scale) straight++;
    }
  }
  return all < 16 ? 0 : straight / all;
}

/** Share of non-zero values whose magnitude occurs again among the lines. */
function repeatShare(lines: readonly Float32Array[]): number {
  const seen = new Map<number, number>();
  let all = 0;
  for (const line of lines) {
    const bits = new Uint32Array(line.buffer, line.byteOffset, line.length);
    for (const [t, value] of line.entries()) {
      if (value === 0) continue;
      const magnitude =
        (((bits[t] ?? 0) & 0x7fffffff) + 2 ** (sameValueBits - 1)) >>> sameValueBits;
      seen.set(magnitude, (seen.get(magnitude) ?? 0) + 1);
      all++;
    }
  }
  let repeated = 0;
  for (const count of seen.values()) if (count > 1) repeated += count;
  return all < 16 ? 0 : repeated / all;
}
