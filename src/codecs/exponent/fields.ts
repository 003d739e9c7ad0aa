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
  let any = 0;
  let least = 2047;
  let most = 0;
  let zeros = 0;
  for (let k = wide ? 1 : 0; k < words.length; k += wide ? 2 : 1) {
    const word = words[k] as number;
    if (word === 0 && (!wide || words[k - 1] === 0)) {
      zeros++;
      continue;
    }
    any |= word;
    const exponent = (word & 0x7fffffff) >>> symbolShift;
    if (exponent < least) least = exponent;
    if (exponent > most) most = exponent;
  }
  if (least > most) least = most = 1;
  const apart = zeros > 0 && least > 0;
  if (zeros > 0 && !apart) least = 0;
  if (most - least + (apart ? 1 : 0) > 255) return undefined;
  const low = any & ((1 << symbolShift) - 1);
  const shift = wide ? 0 : low === 0 ? symbolShift : 31 - Math.clz32(low & -low);
  return { zeros: apart, shift, least, symbolShift, wide };
}
