import { dtypeBits } from '../dtype.ts';
import type { Dtype } from '../dtype.ts';
import type { TensorStatistics } from '../views.ts';
import { decodeElements, unitBytes, unitNumbers } from './elements.ts';

/** What one reading of a tensor tells; the histogram needs a second, when its limits are known. */
export type TensorMoments = Omit<TensorStatistics, 'histogram'>;

/** Takes a tensor's bytes in order, cut anywhere; `result` may be asked once all were given. */
export interface TensorPass<Result> {
  update(bytes: Uint8Array): void;
  result(): Result;
}

/** Numbers decoded at a time: bounds the memory of a pass at 128 KiB. */
const batchNumbers = 16384;

/**
 * First reading: count, extent, mean, standard deviation (of the population) and norm of the finite
 * numbers, and how many are zero, NaN and infinite.
 *
 * Each batch is summed in two passes around its own mean and joined to the rest, so nothing cancels.
 * Without a finite number `min`, `max`, `mean` and `standardDeviation` are NaN. Source: Chan, Golub,
 * LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
 *
 * @param elements - of the tensor; padding after the last one is left out.
 */
export function tensorMoments(dtype: Dtype, elements: number): TensorPass<TensorMoments> {
  const sum = sumsOf(new Float64Array(0));
  const pass = batches(dtype, elements, (numbers) => {
    join(sum, sumsOf(numbers));
  });
  return {
    update: pass.update,
    result: () => ({
      elements: pass.finish(),
      min: sum.finite === 0 ? NaN : sum.min,
      max: sum.finite === 0 ? NaN : sum.max,
      mean: sum.finite === 0 ? NaN : sum.mean,
      standardDeviation: sum.finite === 0 ? NaN : Math.sqrt(sum.squares / sum.finite),
      norm: sum.scale * Math.sqrt(sum.scaled),
      zeros: sum.zeros,
      nan: sum.nan,
      infinite: sum.infinite,
    }),
  };
}

/**
 * Second reading: how many finite numbers fall in each of `bins` equal bins from `min` to `max`, the
 * last one closed. All are in the first bin when `min` equals `max`; none anywhere when they are NaN.
 */
export function tensorHistogram(
  dtype: Dtype,
  elements: number,
  limits: { readonly min: number; readonly max: number },
  bins: number,
): TensorPass<number[]> {
  const counts = new Array<number>(bins).fill(0);
  // Halves, because the distance of two numbers may be too large for a number.
  const from = limits.min / 2;
  const width = limits.max / 2 - from;
  const pass = batches(dtype, elements, (numbers) => {
    for (const number of numbers) {
      if (!Number.isFinite(number)) continue;
      const place = width === 0 ? 0 : Math.floor(((number / 2 - from) / width) * bins);
      const bin = Math.min(bins - 1, Math.max(0, place));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  });
  return {
    update: pass.update,
    result() {
      pass.finish();
      return [...counts];
    },
  };
}

interface Sums {
  finite: number;
  mean: number;
  /** Of the distances from the mean, squared. */
  squares: number;
  min: number;
  max: number;
  /** The largest magnitude, and the sum of the squares of the numbers divided by it. */
  scale: number;
  scaled: number;
  zeros: number;
  nan: number;
  infinite: number;
}

function sumsOf(numbers: Float64Array): Sums {
  let nan = 0;
  let zeros = 0;
  let finite = 0;
  let total = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const number of numbers) {
    if (number - number !== 0) {
      if (Number.isNaN(number)) nan++;
      continue;
    }
    if (number === 0) zeros++;
    if (number < min) min = number;
    if (number > max) max = number;
    // The running mean, not a sum that is divided at the end: a sum of large numbers overflows.
    finite++;
    total += (number - total) / finite;
  }
  const scale = finite === 0 ? 0 : Math.max(-min, max);
  let squares = 0;
  let scaled = 0;
  for (const number of numbers) {
    if (number - number !== 0) continue;
    squares += (number - total) ** 2;
    if (scale > 0) scaled += (number / scale) ** 2;
  }
  const infinite = numbers.length - finite - nan;
  return { finite, mean: total, squares, min, max, scale, scaled, zeros, nan, infinite };
}

function join(all: Sums, batch: Sums): void {
  all.zeros += batch.zeros;
  all.nan += batch.nan;
  all.infinite += batch.infinite;
  if (batch.finite === 0) return;
  const finite = all.finite + batch.finite;
  const apart = batch.mean - all.mean;
  all.mean += apart * (batch.finite / finite);
  all.squares += batch.squares + apart * apart * (all.finite * (batch.finite / finite));
  all.finite = finite;
  all.min = Math.min(all.min, batch.min);
  all.max = Math.max(all.max, batch.max);
  const scale = Math.max(all.scale, batch.scale);
  if (scale > 0)
    all.scaled = all.scaled * (all.scale / scale) ** 2 + batch.scaled * (batch.scale / scale) ** 2;
  all.scale = scale;
}

/** Cuts bytes that come in any pieces into batches of whole numbers. */
function batches(
  dtype: Dtype,
  elements: number,
  take: (numbers: Float64Array) => void,
): { readonly update: (bytes: Uint8Array) => void; readonly finish: () => number } {
  const unit = unitBytes(dtype);
  const complex = dtype === 'c64' || dtype === 'c128';
  const numbers = dtypeBits[dtype] === 0 ? 0 : complex ? 2 * elements : elements;
  const batchBytes = (batchNumbers / Math.max(1, unitNumbers(dtype))) * unit;
  let left = numbers;
  let rest = new Uint8Array(0);
  const decode = (bytes: Uint8Array): void => {
    const some = decodeElements(dtype, bytes).subarray(0, left);
    left -= some.length;
    take(some);
  };
  return {
    update(bytes) {
      let at = 0;
      if (rest.length > 0) {
        at = Math.min(bytes.length, unit - rest.length);
        const joined = new Uint8Array(rest.length + at);
        joined.set(rest);
        joined.set(bytes.subarray(0, at), rest.length);
        rest = joined;
        if (rest.length < unit) return;
        decode(rest);
      }
      const end = bytes.length - ((bytes.length - at) % unit);
      for (; at < end; at += batchBytes) decode(bytes.subarray(at, Math.min(end, at + batchBytes)));
      rest = bytes.slice(end);
    },
    finish() {
      // The last unit of a six-bit type may be cut short: what is there is padded with zero bits.
      if (rest.length > 0 && unitNumbers(dtype) > 1) {
        const padded = new Uint8Array(unit);
        padded.set(rest);
        rest = new Uint8Array(0);
        decode(padded);
      }
      return numbers - left;
    },
  };
}
