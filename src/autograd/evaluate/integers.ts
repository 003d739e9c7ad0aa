import type { Dtype } from '../../core/dtype.ts';

/**
 * A whole number as `dtype` holds it: integers of up to 32 bits wrap around, 64-bit ones are exact to 2^53
 * only, bools are 0 and 1, and floats stay as they are.
 */
export function wrapped(dtype: Dtype, value: number): number {
  switch (dtype) {
    case 'i32':
      return value | 0;
    case 'u32':
      return value >>> 0;
    case 'i16':
      return (value << 16) >> 16;
    case 'u16':
      return value & 0xffff;
    case 'i8':
      return (value << 24) >> 24;
    case 'u8':
      return value & 0xff;
    default:
      return value;
  }
}

export function isInteger(dtype: Dtype): boolean {
  return dtype.startsWith('i') || dtype.startsWith('u');
}
