import type { Dtype } from '../dtype.ts';
import { decodeElements } from '../tensor/elements.ts';
import type { Derivation } from './derivation.ts';
import { widthOf } from './numbers.ts';

/** Part of a tensor: whole elements of it, in row-major order. */
export interface Window {
  readonly dtype: Dtype;
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  /** The tensor's element that `bytes` begin with. */
  readonly first: number;
  readonly bytes: Uint8Array;
}

/** A derivation that may hold, of the windows it names. */
export interface Hypothesis {
  readonly derivation: Derivation;
  /** Places in the list of windows it was found in, in the order of the derivation's bases. */
  readonly windows: readonly number[];
  /** Estimated share of the chunk's bytes that is left over, 0 to 1. */
  readonly share: number;
}

export function elementsIn({ dtype, bytes }: Window): number {
  return Math.floor(bytes.length / widthOf(dtype));
}

/** The numbers at `places` of the window. */
export function numbersAtPlaces(window: Window, places: ArrayLike<number>): Float64Array {
  const width = widthOf(window.dtype);
  const bytes = new Uint8Array(places.length * width);
  for (let i = 0; i < places.length; i++) {
    const from = (places[i] as number) * width;
    for (let k = 0; k < width; k++) bytes[i * width + k] = window.bytes[from + k] as number;
  }
  return decodeElements(window.dtype, bytes);
}

/** At most `most` places below `count`, spread, in order, of changing remainders to any row's length. */
export function spreadPlaces(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const step = count / most;
  return Array.from({ length: most }, (_, i) =>
    Math.min(count - 1, Math.floor(i * step + ((i * 0.618033988749895) % 1) * step)),
  );
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

/** Spacing of the floats of `dtype` around `value`. */
export function ulpOf(dtype: 'f64' | 'f32' | 'f16' | 'bf16', value: number): number {
  const { digits, least } = floatForms[dtype];
  const size = Math.abs(value);
  const exponent = size === 0 ? least : Math.max(least, Math.floor(Math.log2(size)));
  return 2 ** (exponent - digits);
}

const floatForms = {
  f64: { digits: 52, least: -1022 },
  f32: { digits: 23, least: -126 },
  f16: { digits: 10, least: -14 },
  bf16: { digits: 7, least: -126 },
};
