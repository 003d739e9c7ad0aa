import { dtypeBits, type Dtype } from '../dtype.ts';
import { encodeNumbers } from '../network/encodeNumbers.ts';
import { decodeElements } from '../tensor/elements.ts';
import type { FloatName, NumberName } from './derivation.ts';

export const floatNames: readonly FloatName[] = ['f64', 'f32', 'f16', 'bf16'];
export const numberNames: readonly NumberName[] = [...floatNames, 'i8', 'u8', 'i16', 'u16', 'i32'];

export function isFloatName(dtype: Dtype): dtype is FloatName {
  return (floatNames as readonly Dtype[]).includes(dtype);
}

export function isNumberName(dtype: Dtype): dtype is NumberName {
  return (numberNames as readonly Dtype[]).includes(dtype);
}

export function widthOf(dtype: Dtype): number {
  return dtypeBits[dtype] / 8;
}

/**
 * Elements `first` to `first + count` of the numbers in `bytes`, exact.
 *
 * @returns a new array, or undefined where `bytes` does not hold them all.
 */
export function numbersAt(
  dtype: NumberName,
  bytes: Uint8Array,
  first: number,
  count: number,
): Float64Array | undefined {
  const width = widthOf(dtype);
  if (!isIndex(first) || (first + count) * width > bytes.length) return undefined;
  return decodeElements(dtype, bytes.subarray(first * width, (first + count) * width));
}

/** Whether `value` may count elements or bytes: whole and not negative. */
export function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * The numbers as bytes of `dtype`, each rounded once to nearest even; beyond the largest infinite.
 * Every NaN becomes the quiet one without sign or payload, on every machine: the bits of a computed
 * NaN depend on the processor.
 */
export function bytesOfNumbers(dtype: FloatName, numbers: Float64Array): Uint8Array<ArrayBuffer> {
  if (dtype === 'f16' || dtype === 'bf16')
    return encodeNumbers(dtype, [numbers.length], numbers).bytes.slice();
  const rounded = dtype === 'f32' ? new Float32Array(numbers) : numbers.slice();
  const bytes = new Uint8Array(rounded.buffer);
  const words = new Uint32Array(rounded.buffer);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isNaN(numbers[i])) continue;
    if (dtype === 'f32') words[i] = 0x7fc00000;
    else {
      words[2 * i] = 0;
      words[2 * i + 1] = 0x7ff80000;
    }
  }
  return bytes;
}

/** `f32` as half precision or bfloat16, as `bytesOfNumbers` of its numbers gives it, on bits alone. */
export function halvesOfSingles(
  dtype: 'f16' | 'bf16',
  bytes: Uint8Array,
  first: number,
  count: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (!isIndex(first) || (first + count) * 4 > bytes.length) return undefined;
  const words = new Uint32Array(bytes.slice(first * 4, (first + count) * 4).buffer);
  const codes = new Uint16Array(count);
  if (dtype === 'bf16') for (let i = 0; i < count; i++) codes[i] = brainOf(words[i] as number);
  else for (let i = 0; i < count; i++) codes[i] = halfOf(words[i] as number);
  return new Uint8Array(codes.buffer);
}

function brainOf(word: number): number {
  const size = word & 0x7fffffff;
  if (size > 0x7f800000) return 0x7fc0;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fffffff;
  if (size > 0x7f800000) return 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  const shift = 126 - (size >>> 23);
  if (shift > 24) return sign;
  const mantissa = (size & 0x7fffff) | 0x800000;
  const whole = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole);
}
