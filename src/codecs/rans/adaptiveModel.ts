/**
 * Frequencies of symbols that both sides learn from the symbols already coded, so that no table is
 * stored. Integer arithmetic only: every machine comes to the same tables.
 */
export interface AdaptiveModel {
  /** `[contexts × 256]`; 1 or more for symbols of the range; valid where last tabulated. */
  readonly frequency: Uint16Array;
  /** `[contexts × 256]`; sum of the frequencies of the smaller symbols of the context. */
  readonly start: Uint16Array;
  /** Counts the symbols `from` to `to` (exclusive). */
  learn(symbols: Uint8Array, contexts: Uint8Array, from: number, to: number): void;
  /** Makes the tables of one context anew from what was counted. */
  tabulate(context: number): void;
}

/** Weight of one count in its own context, and of the counts of all contexts together. */
const ownWeight = 32;
const sharedWeight = 256;

/**
 * A model of symbols `low` to `high`, at first equally likely.
 *
 * With M = 2^scaleBits, the frequency of symbol s in context c is `1 + ⌊(M − n)·w / W⌋`, where n is
 * the number of symbols in the range, `w = 32·count(c, s) + ⌊256·count(s) / count⌋` (1 for each while
 * nothing is counted), W the sum of all w; what is missing to M goes to the first symbol with the
 * largest w. All products stay below 2^53, so the quotients are exact.
 *
 * @param contexts - 1 to 16.
 */
export function adaptiveModel(
  contexts: number,
  low: number,
  high: number,
  scaleBits: number,
): AdaptiveModel {
  const scale = 1 << scaleBits;
  const frequency = new Uint16Array(contexts * 256);
  const start = new Uint16Array(contexts * 256);
  const own = new Uint32Array(contexts * 256);
  const all = new Uint32Array(256);
  const weight = new Float64Array(256);
  let counted = 0;
  return {
    frequency,
    start,
    learn(symbols, contextOf, from, to) {
      for (let i = from; i < to; i++) {
        const symbol = symbols[i] as number;
        const k = ((contextOf[i] as number) << 8) | symbol;
        own[k] = (own[k] as number) + 1;
        all[symbol] = (all[symbol] as number) + 1;
      }
      counted += to - from;
    },
    tabulate(context) {
      const row = context << 8;
      let sum = 0;
      let best = low;
      for (let s = low; s <= high; s++) {
        const shared =
          counted === 0 ? 1 : Math.floor((sharedWeight * (all[s] as number)) / counted);
        const w = ownWeight * (own[row | s] as number) + shared;
        weight[s] = w;
        sum += w;
        if (w > (weight[best] as number)) best = s;
      }
      const free = scale - (high - low + 1);
      let missing = scale;
      for (let s = low; s <= high; s++) {
        const f = 1 + Math.floor((free * (weight[s] as number)) / sum);
        frequency[row | s] = f;
        missing -= f;
      }
      frequency[row | best] = (frequency[row | best] as number) + missing;
      let at = 0;
      for (let s = low; s <= high; s++) {
        start[row | s] = at;
        at += frequency[row | s] as number;
      }
    },
  };
}

/** The contexts below 16 that occur from `from` to `to` (exclusive), as a set of bits. */
export function contextsIn(contexts: Uint8Array, from: number, to: number): number {
  let seen = 0;
  for (let i = from; i < to; i++) seen |= 1 << (contexts[i] as number);
  return seen;
}

/** How `count` symbols are coded: both sides choose alike. */
export function codingFor(count: number): { readonly states: 1 | 4; readonly scaleBits: 12 | 14 } {
  // Few symbols: short final states, small tables. Many: four states for speed, finer frequencies.
  return count < 4096 ? { states: 1, scaleBits: 12 } : { states: 4, scaleBits: 14 };
}

/** Where the block that begins at `from` ends: 16, 32, 64 … 32768, then every 32768 symbols. */
export function blockEnd(from: number, count: number): number {
  return Math.min(count, from + Math.min(Math.max(from, 16), 32768));
}
