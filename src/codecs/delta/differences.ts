import { bitReader, bitWriter } from '../bits.ts';

/** Differences as symbols to be entropy-coded and bits that are not. */
export interface Differences {
  /** `[elements]`; 0 for an equal element. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/**
 * The differences of two rows of elements, each taken between the ordered patterns.
 *
 * Floats are ordered by value when a negative one counts as the complement of its magnitude, so near
 * values have near patterns; −0, denormals, infinities and NaN payloads are patterns like all others.
 * The symbol of a difference d is 0 for d = 0, else `2·token − 1`, plus 1 where the element comes
 * nearer to zero (floats) or d < 0 (integers); the token of m = |d| is m below 8, else
 * `4·r + (m >>> r)` with `r = ⌊log2 m⌋ − 2`, and the r low bits of m follow in `bits`.
 *
 * @param words - elements as `elementWords` gives them; `base` likewise, of the same length.
 * @param shift - low bits that are 0 in all words of both; they are left out.
 */
export function takeDifferences(
  words: Uint32Array,
  base: Uint32Array,
  float: boolean,
  shift: number,
): Differences {
  const symbols = new Uint8Array(words.length);
  const bits = bitWriter(words.length * 30);
  const signs = float ? -1 : 0;
  for (let i = 0; i < words.length; i++) {
    const from = (base[i] as number) | 0;
    const difference =
      ((ordered(words[i] as number, signs, shift) - ordered(from, signs, shift)) << shift) >> shift;
    if (difference === 0) continue;
    const m = difference < 0 ? -difference : difference;
    const nearer = (((from & signs) ^ difference) >>> 31) | 0;
    if (m < 8) {
      symbols[i] = 2 * m - 1 + nearer;
      continue;
    }
    const r = 29 - Math.clz32(m);
    symbols[i] = 2 * (4 * r + (m >>> r)) - 1 + nearer;
    bits.put(m & ((1 << r) - 1), r);
  }
  return { symbols, bits: bits.finish() };
}

/**
 * The elements again, written over `base`.
 *
 * @returns whether `bits` holds just the bits that the symbols ask for.
 */
export function addDifferences(
  base: Uint32Array,
  { symbols, bits }: Differences,
  float: boolean,
  shift: number,
): boolean {
  const reader = bitReader(bits);
  const signs = float ? -1 : 0;
  for (let i = 0; i < base.length; i++) {
    const symbol = symbols[i] as number;
    if (symbol === 0) continue;
    const from = (base[i] as number) | 0;
    const token = (symbol + 1) >>> 1;
    let m = token;
    if (token >= 8) {
      const r = (token >>> 2) - 1;
      // Symbols over 246 are never written; r is then at most 30, and the result is some other word.
      m = ((4 + (token & 3)) << r) | reader.get(r);
    }
    const negative = ((from & signs) >>> 31) ^ ((symbol + 1) & 1);
    const sum = ((ordered(from, signs, shift) + (negative === 0 ? m : -m)) << shift) >> shift;
    base[i] = sum < 0 && float ? (~sum << shift) | 0x80000000 : sum << shift;
  }
  return Math.ceil(reader.consumed() / 8) === bits.length;
}

/** A word as a number in the order of the values; `signs` is −1 for floats and 0 for integers. */
function ordered(word: number, signs: number, shift: number): number {
  const signed = word | 0;
  return (signed & signs) < 0 ? ~((signed & 0x7fffffff) >>> shift) : signed >> shift;
}
