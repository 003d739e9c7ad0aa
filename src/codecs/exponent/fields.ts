import type { ChunkElement } from '../../core/ports/chunkCodec.ts';

/** How elements are cut in a symbol, which is coded, and bits, which are kept. */
export interface Fields {
  /** Whether symbol 0 is +0 and has no bits; the symbols of exponents then begin at 1. */
  readonly zeros: boolean;
  /** Low bits that are 0 in all words, and left out. */
  readonly shift: number;
  /** The exponent of the first symbol. */
  readonly least: number;
  /** Where the exponent begins in a word: 24 for bytes, 23 to four bytes, 20 for eight. */
  readonly symbolShift: number;
  /** Whether an element is two words, the low one first. */
  readonly wide: boolean;
}

/**
 * How to cut these elements; undefined where their exponents span more than 256 values.
 *
 * @param words - elements as `elementWords` gives them; two words for elements of eight bytes.
 */
export function fieldsOf(words: Uint32Array, element: ChunkElement): Fields | undefined {
  const wide = element.bytes === 8;
  if (element.bytes === 1) return { zeros: false, shift: 0, least: 0, symbolShift: 24, wide };
  const symbolShift = wide ? 20 : 23;
  const { least, most, zeros, any } = survey(words, wide, symbolShift);
  const apart = zeros && least > 0;
  const first = zeros && !apart ? 0 : least;
  if (most - first + (apart ? 1 : 0) > 255) return undefined;
  const low = any & ((1 << symbolShift) - 1);
  const lowest = low === 0 ? symbolShift : 31 - Math.clz32(low & -low);
  return { zeros: apart, shift: wide ? 0 : lowest, least: first, symbolShift, wide };
}

/** The range of exponents of all elements but +0, whether there is a +0, and all words or-ed. */
function survey(words: Uint32Array, wide: boolean, symbolShift: number) {
  const step = wide ? 2 : 1;
  let any = 0;
  let least = 2047;
  let most = 0;
  let zeros = false;
  for (let k = step - 1; k < words.length; k += step) {
    const word = words[k] as number;
    if (word === 0 && (!wide || words[k - 1] === 0)) {
      zeros = true;
      continue;
    }
    any |= word;
    const exponent = (word & 0x7fffffff) >>> symbolShift;
    if (exponent < least) least = exponent;
    if (exponent > most) most = exponent;
  }
  return least > most ? { any, least: 1, most: 1, zeros } : { any, least, most, zeros };
}
