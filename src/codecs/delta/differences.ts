import { bitFields } from '../bits.ts';

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
  // The writer of `bits.ts` written out: its state in variables of this loop is faster.
  const fields = new Uint32Array(words.length + 1);
  let at = 0;
  let used = 0;
  let held = 0;
  const signs = float ? -1 : 0;
  for (let i = 0; i < words.length; i++) {
    const from = (base[i] as number) | 0;
    const difference =
      ((ordered(words[i] as number, signs, shift) - ordered(from, signs, shift)) << shift) >> shift;
    if (difference === 0) continue;
    // −2^31 stays itself here, and is read as 2^31 below.
    const m = difference < 0 ? -difference | 0 : difference;
    const nearer = ((from & signs) ^ difference) >>> 31;
    if (m >= 0 && m < 8) {
      symbols[i] = 2 * m - 1 + nearer;
      continue;
    }
    const r = 29 - Math.clz32(m);
    symbols[i] = 2 * (4 * r + (m >>> r)) - 1 + nearer;
    const low = m & ((1 << r) - 1);
    held |= low << used;
    used += r;
    if (used >= 32) {
      fields[at++] = held;
      used -= 32;
      held = used === 0 ? 0 : low >>> (r - used);
    }
  }
  fields[at] = held;
  return { symbols, bits: new Uint8Array(fields.buffer, 0, at * 4 + Math.ceil(used / 8)) };
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
  const fields = bitFields(bits);
  let at = 0;
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
      const k = at >>> 5;
      const used = at & 31;
      // Twice 31 − used and 1, since a shift by 32 would be none.
      const pair =
        ((fields[k] as number) >>> used) | (((fields[k + 1] as number) << (31 - used)) << 1);
      m = ((4 + (token & 3)) << r) | (pair & ((1 << r) - 1));
      at += r;
    }
    const negative = ((from & signs) >>> 31) ^ ((symbol + 1) & 1);
    const sum = ((ordered(from, signs, shift) + (negative === 0 ? m : -m)) << shift) >> shift;
    base[i] = sum < 0 && float ? (~sum << shift) | 0x80000000 : sum << shift;
  }
  return Math.ceil(at / 8) === bits.length;
}

/** A word as a number in the order of the values; `signs` is −1 for floats and 0 for integers. */
function ordered(word: number, signs: number, shift: number): number {
  const signed = word | 0;
  return (signed & signs) < 0 ? ~((signed & 0x7fffffff) >>> shift) : signed >> shift;
}
