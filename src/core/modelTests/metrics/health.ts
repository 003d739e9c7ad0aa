import type { Dtype } from '../../dtype.ts';

/** The largest finite number of half precision: what is beyond overflows there. */
export const halfMax = 65_504;

/** Values that should not be among a tensor's, counted. */
export interface HealthCount {
  readonly nan: number;
  readonly infinite: number;
  /** Not 0, and nearer to it than the dtype's normal numbers. */
  readonly denormal: number;
  /** Of the finite values; 0 where there are none. */
  readonly largest: number;
  readonly elements: number;
}

/** Smallest normal numbers. Source: IEEE 754-2019, table 3.5; bfloat16 has binary32's exponents. */
const smallestNormal: Partial<Record<Dtype, number>> = {
  f16: 2 ** -14,
  bf16: 2 ** -126,
  f32: 2 ** -126,
  f64: 2 ** -1022,
};

export function healthOf(values: Float64Array, dtype: Dtype): HealthCount {
  const normal = smallestNormal[dtype] ?? 0;
  let [nan, infinite, denormal, largest] = [0, 0, 0, 0];
  for (const value of values) {
    const size = Math.abs(value);
    if (Number.isNaN(value)) nan++;
    else if (size === Infinity) infinite++;
    else if (size > largest) largest = size;
    if (size > 0 && size < normal) denormal++;
  }
  return { nan, infinite, denormal, largest, elements: values.length };
}
