import type { Dtype } from '../../core/dtype.ts';

/**
 * A whole number as `dtype` holds it: integers of up to 32 bits wrap around, 64-bit ones are exact to 2^53
 * only, bools are 0 and 1, and floats stay as they are.
 */
export function wrapped(dtype: Dtype, value: number): number {
  return wraps[dtype]?.(value) ?? value;
}

const wraps: Partial<Record<Dtype, (value: number) => number>> = {
  i32: (value) => value | 0,
  u32: (value) => value >>> 0,
  i16: (value) => (value << 16) >> 16,
  u16: (value) => value & 0xffff,
  i8: (value) => (value << 24) >> 24,
  u8: (value) => value & 0xff,
};

export function isInteger(dtype: Dtype): boolean {
  return dtype.startsWith('i') || dtype.startsWith('u');
}
