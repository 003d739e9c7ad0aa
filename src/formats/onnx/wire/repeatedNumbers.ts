/**
 * Where the values of a repeated number field stand, and what was seen while passing over them.
 *
 * One record stands for the field however many times it occurs, so that a million unpacked values
 * take no memory.
 */
export interface RepeatedNumbers {
  readonly field: number;
  /** Offset of the first occurrence's tag; -1 before any. */
  start: number;
  /** End of the last occurrence. */
  end: number;
  occurrences: number;
  elements: number;
  /** Place of the last occurrence's values; all values, if `occurrences` is 1. */
  offset: number;
  sizeBytes: number;
  /** Whether each varint is as short as it can be, so that encoding it anew gives the same bytes. */
  minimal: boolean;
  /** Bits that the non-negative values need, as unsigned integers. */
  positiveBits: number;
  /** Bits that the negative values (sign-extended to 64) need, as signed integers; 0 without any. */
  negativeBits: number;
  /** The first few values, for lists that are structure. */
  readonly first: number[];
}

/** A record of `field` before anything was seen. */
export function repeatedNumbers(field: number): RepeatedNumbers {
  return {
    field,
    start: -1,
    end: -1,
    occurrences: 0,
    elements: 0,
    offset: 0,
    sizeBytes: 0,
    minimal: true,
    positiveBits: 0,
    negativeBits: 0,
    first: [],
  };
}

/** Notes one varint of `seen`, of `bytes` bytes, with the value's low and high 32 bits, unsigned. */
export function noteVarint(
  seen: RepeatedNumbers,
  low: number,
  high: number,
  lastByte: number,
  bytes: number,
): void {
  seen.elements++;
  if (lastByte === 0 && bytes > 1) seen.minimal = false;
  if (high > 0x7fffffff) {
    const bits = bitLength(~low >>> 0, ~high >>> 0) + 1;
    if (bits > seen.negativeBits) seen.negativeBits = bits;
  } else {
    const bits = bitLength(low, high);
    if (bits > seen.positiveBits) seen.positiveBits = bits;
  }
}

function bitLength(low: number, high: number): number {
  return high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
}
