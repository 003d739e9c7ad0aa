/**
 * A run of fields of 0 to 32 bits each, the first in the lowest bits of the first byte.
 *
 * Plain data, so that the loops that fill and read it keep `words`, `at` and `used` in registers.
 */
export interface BitWriter {
  /** Appends the low `bits` bits of `value`; higher bits must be 0. */
  put(value: number, bits: number): void;
  /** The bytes, the last one padded with zero bits. */
  finish(): Uint8Array;
}

/** @param capacityBits - the most bits that will be put. */
export function bitWriter(capacityBits: number): BitWriter {
  const words = new Uint32Array(Math.ceil(capacityBits / 32) + 1);
  let at = 0;
  let used = 0;
  let held = 0;
  return {
    put(value, bits) {
      held |= value << used;
      used += bits;
      if (used < 32) return;
      words[at++] = held;
      used -= 32;
      // A shift by 32 is a shift by 0 in this language: with nothing left over there is nothing to hold.
      held = used === 0 ? 0 : value >>> (bits - used);
    },
    finish() {
      words[at] = held;
      const bytes = new Uint8Array(at * 4 + Math.ceil(used / 8));
      for (let i = 0; i < bytes.length; i++)
        bytes[i] = (words[i >>> 2] as number) >>> ((i & 3) * 8);
      return bytes;
    },
  };
}

/** Reads fields in the order they were put. */
export interface BitReader {
  /** The next `bits` bits, 0 to 32, as an unsigned number; zeros past the end. */
  get(bits: number): number;
  /** Bits read, to be checked against the length: reading past the end is found here. */
  consumed(): number;
}

/** The bytes as words, the first in the lowest bits, with zeros behind. */
export function bitFields(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array((bytes.length >>> 2) + 3);
  for (let i = 0; i < bytes.length; i++)
    words[i >>> 2] = (words[i >>> 2] as number) | ((bytes[i] as number) << ((i & 3) * 8));
  return words;
}

export function bitReader(bytes: Uint8Array): BitReader {
  const words = bitFields(bytes);
  let at = 0;
  let used = 0;
  return {
    get(bits) {
      if (bits === 0) return 0;
      const low = (words[at] ?? 0) >>> used;
      const inWord = 32 - used;
      const value = inWord >= bits ? low : low | ((words[at + 1] ?? 0) << inWord);
      used += bits;
      at += used >>> 5;
      used &= 31;
      return bits === 32 ? value >>> 0 : (value & ((1 << bits) - 1)) >>> 0;
    },
    consumed: () => at * 32 + used,
  };
}
