/** Values kept in a tensor's bottom-k sketch. */
export const sketchSize = 16;

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

/** Statistics of values that come in pieces, in any order: their order has no influence. */
export interface ValueAccumulator {
  add(values: Float32Array): void;
  finish(): ValueStatistics;
}

/**
 * Moments, a hash of the multiset of values, and a bottom-k sketch, in one pass.
 *
 * The hash adds a mixed hash of every value, twice, modulo 2^32 each, with the count: independent
 * of order, so equal for a tensor transposed, reshaped or with its gates in another order. Only
 * values with a full mantissa enter the sketch, for round values occur everywhere.
 *
 * Source: multiset hashing by addition, Clarke et al., ASIACRYPT 2003 (here against chance, not
 * against an adversary); bottom-k sketches, Cohen and Kaplan, PODC 2007; the mixer is "lowbias32"
 * by C. Wellons (public domain).
 *
 * @param elements - how many values will come.
 */
export function valueAccumulator(elements: number): ValueAccumulator {
  // About four times the sketch in expectation, so that it is full whatever the hashes are.
  const limit = Math.min(2 ** 32, Math.ceil((2 ** 32 * 4 * sketchSize) / Math.max(1, elements)));
  const kept = new Set<number>();
  let hashA = 0;
  let hashB = 0;
  let zeros = 0;
  let finite = 0;
  // Moments about the first value, which is near enough the mean to keep the sums exact.
  let origin: number | undefined;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;

  function add(values: Float32Array): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const first = values.find(Number.isFinite);
    origin ??= first;
    const zero = origin ?? 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      const code = bits[i] ?? 0;
      let hash = code ^ (code >>> 16);
      hash = Math.imul(hash, 0x7feb352d);
      hash ^= hash >>> 15;
      hash = Math.imul(hash, 0x846ca68b);
      hash ^= hash >>> 16;
      hashA = (hashA + hash) | 0;
      hashB = (hashB + Math.imul(hash, hash | 1)) | 0;
      if (value === 0) zeros++;
      const distance = value - zero;
      const square = distance * distance;
      if (square < Infinity) {
        finite++;
        sum1 += distance;
        sum2 += square;
        sum3 += square * distance;
        sum4 += square * square;
      }
      if ((code & 0xfff) !== 0 && hash >>> 0 < limit) kept.add(hash >>> 0);
    }
  }

  function finish(): ValueStatistics {
    const n = Math.max(1, finite);
    const shift = sum1 / n;
    const variance = Math.max(0, sum2 / n - shift * shift);
    const fourth = sum4 / n - (4 * shift * sum3) / n + (6 * shift ** 2 * sum2) / n - 3 * shift ** 4;
    return {
      mean: (origin ?? 0) + shift,
      deviation: Math.sqrt(variance),
      kurtosis: variance > 0 ? Math.max(1, fourth / (variance * variance)) : 0,
      zeros: zeros / Math.max(1, elements),
      values: [hashA, hashB, elements].map(hex).join(''),
      sketch: [...kept].sort((a, b) => a - b).slice(0, sketchSize),
    };
  }

  return { add, finish };
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
