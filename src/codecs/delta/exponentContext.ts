/** How the context of a difference follows from the element of the base, in its 32-bit word. */
export interface ExponentContext {
  /** The word is shifted right by this; 23 to 31, so that at most 9 bits stay. */
  readonly shift: number;
  /** Words that give this or more have context 0, those that give less a higher one. */
  readonly top: number;
  /** 1 to 16. */
  readonly count: number;
}

/**
 * The context of each element, `min(count − 1, max(0, top − (word >>> shift)))`.
 *
 * The size of a weight tells the size of its change: an optimiser's steps are about equal in
 * absolute terms, so that they are the larger in units of the last place the smaller the weight is.
 *
 * @param words - elements as `elementWords` gives them; the sign of floats does not count.
 */
export function contextsOf(
  words: Uint32Array,
  float: boolean,
  { shift, top, count }: ExponentContext,
): Uint8Array {
  const contexts = new Uint8Array(words.length);
  const mask = float ? 0x7fffffff : -1;
  const last = count - 1;
  for (let i = 0; i < words.length; i++) {
    const context = top - (((words[i] as number) & mask) >>> shift);
    contexts[i] = context < 0 ? 0 : context > last ? last : context;
  }
  return contexts;
}

/**
 * The `top` for which at most one in 256 elements lies above, so that a few outliers or NaN do not
 * push all others into the last context.
 */
export function topFor(words: Uint32Array, float: boolean, shift: number): number {
  const histogram = new Uint32Array(512);
  const mask = float ? 0x7fffffff : -1;
  for (const word of words) {
    const value = (word & mask) >>> shift;
    histogram[value] = (histogram[value] as number) + 1;
  }
  let above = 0;
  for (let top = 511; top > 0; top--) {
    above += histogram[top] as number;
    if (above * 256 > words.length) return Math.min(top, 255);
  }
  return 0;
}
