/** Values kept in a tensor's bottom-k sketch. */
export const sketchSize = 16;
/** About this many values enter the moments; of larger tensors an even part. */
const momentValues = 2 ** 18;

/** What one pass over a tensor's values gives. */
export interface ValueStatistics {
  readonly mean: number;
  readonly deviation: number;
  readonly kurtosis: number;
  readonly zeros: number;
  /** 24 hex digits; equal for equal multisets of values. */
  readonly values: string;
  /** The smallest hashes of its values, distinct, ascending. */
  readonly sketch: readonly number[];
}

/** Statistics of values that come in pieces; but for the moments of large tensors in any order. */
export interface ValueAccumulator {
  add(values: Float32Array): void;
  finish(): ValueStatistics;
}

/**
 * Moments (about the first value, which is near enough the mean to keep the sums exact), a hash of
 * the multiset of values, and a bottom-k sketch, in one pass.
 *
 * The hash adds a mixed hash of every value, twice, modulo 2^32 each, with the count: independent
 * of order, so equal for a tensor transposed, reshaped or with its gates in another order. Only
 * values with a full mantissa enter the sketch, for round values occur everywhere.
 *
 * Source: multiset hashing by addition, Clarke et al., ASIACRYPT 2003 (here against chance, not
 * against an adversary); bottom-k sketches, Cohen and Kaplan, PODC 2007.
 *
 * @param elements - how many values will come.
 */
export function valueAccumulator(elements: number): ValueAccumulator {
  // Four times the sketch in expectation, so that it is full whatever the hashes are.
  const kept = new Set<number>();
  const share = Math.min(1, (4 * sketchSize) / Math.max(1, elements));
  const limit = Math.floor(2 ** 32 * share) - 2 ** 31 - 1;
  const hashes = new Int32Array(2);
  const sums = new Float64Array(5);
  const stride = Math.max(1, Math.floor(elements / momentValues)) | 1;
  let zeros = 0;
  let origin: number | undefined;
  let seen = 0;

  function add(values: Float32Array): void {
    origin ??= values.find((value) => Number.isFinite(value));
    addHashes(new Int32Array(values.buffer, values.byteOffset, values.length), limit, hashes, kept);
    zeros += countZeros(values);
    addMoments(values, (stride - (seen % stride)) % stride, stride, origin ?? 0, sums);
    seen += values.length;
  }

  function finish(): ValueStatistics {
    const [finite = 0, ...totals] = sums;
    const [shift = 0, square = 0, cube = 0, fourth = 0] = totals.map(
      (total) => total / Math.max(1, finite),
    );
    const variance = Math.max(0, square - shift * shift);
    const central = fourth - 4 * shift * cube + 6 * shift ** 2 * square - 3 * shift ** 4;
    return {
      mean: (origin ?? 0) + shift,
      deviation: Math.sqrt(variance),
      kurtosis: variance > 0 ? Math.max(1, central / (variance * variance)) : 0,
      zeros: zeros / Math.max(1, elements),
      values: [hashes[0] ?? 0, hashes[1] ?? 0, elements].map(hex).join(''),
      sketch: [...kept]
        .map((hash) => hash + 2 ** 31)
        .sort((a, b) => a - b)
        .slice(0, sketchSize),
    };
  }

  return { add, finish };
}

// The three loops stand apart, with locals only, because the engine then keeps all in registers:
// in one loop they take three times as long (measured in Node 20).

function addHashes(codes: Int32Array, limit: number, hashes: Int32Array, kept: Set<number>): void {
  let a = hashes[0] as number;
  let b = hashes[1] as number;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    let hash = Math.imul(code ^ (code >>> 15), 0x7feb352d);
    hash ^= hash >>> 14;
    a = (a + hash) | 0;
    b = (b + (Math.imul(hash, 0x846ca68b) ^ (hash >>> 13))) | 0;
    if (hash <= limit && (code & 0xfff) !== 0) kept.add(hash);
  }
  hashes[0] = a;
  hashes[1] = b;
}

function countZeros(values: Float32Array): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return zeros;
}

/** Adds count and power sums of every `stride`-th finite value, from `start`. */
function addMoments(
  values: Float32Array,
  start: number,
  stride: number,
  origin: number,
  sums: Float64Array,
): void {
  let finite = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  for (let i = start; i < values.length; i += stride) {
    const distance = (values[i] as number) - origin;
    const square = distance * distance;
    if (!(square < Infinity)) continue;
    finite++;
    sum1 += distance;
    sum2 += square;
    sum3 += square * distance;
    sum4 += square * square;
  }
  for (const [i, part] of [finite, sum1, sum2, sum3, sum4].entries()) {
    sums[i] = (sums[i] ?? 0) + part;
  }
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
