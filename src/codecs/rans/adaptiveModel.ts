/**
 * Frequencies of symbols that both sides learn from the symbols already coded, so that no table is
 * stored. Integer arithmetic only: every machine comes to the same tables.
 */
export interface AdaptiveModel {
  /** `[contexts × 256]`; 1 to `scale - 1` for symbols of the range, else 0. */
  readonly frequency: Uint16Array;
  /** `[contexts × 256]`; sum of the frequencies of the smaller symbols of the context. */
  readonly start: Uint16Array;
  /** Counts the symbols `from` to `to` (exclusive) and makes the tables anew. */
  learn(symbols: Uint8Array, contexts: Uint8Array, from: number, to: number): void;
}

/** Frequencies of a context add up to 2^12. */
export const scaleBits = 12;
const scale = 1 << scaleBits;
/** Weight of one count in its own context, and of all other contexts together. */
const ownWeight = 32;
const sharedWeight = 256;

/**
 * A model of symbols `low` to `high`, at first equally likely.
 *
 * The frequency of symbol s in context c is `1 + ⌊(4096 − n)·w / W⌋`, where n is the number of
 * symbols in the range, `w = 32·count(c, s) + ⌊256·count(s) / count⌋`, W the sum of all w, and what
 * is missing to 4096 goes to the first symbol with the largest w. `docs/storage-format.md` specifies it.
 *
 * @param contexts - 1 to 16.
 */
export function adaptiveModel(contexts: number, low: number, high: number): AdaptiveModel {
  const frequency = new Uint16Array(contexts * 256);
  const start = new Uint16Array(contexts * 256);
  const own = new Uint32Array(contexts * 256);
  const all = new Uint32Array(256);
  const weight = new Float64Array(256);
  let counted = 0;

  function tabulate(context: number): void {
    let sum = 0;
    let best = low;
    for (let s = low; s <= high; s++) {
      const shared = counted === 0 ? 1 : Math.floor((sharedWeight * (all[s] as number)) / counted);
      const w = ownWeight * (own[context * 256 + s] as number) + shared;
      weight[s] = w;
      sum += w;
      if (w > (weight[best] as number)) best = s;
    }
    const free = scale - (high - low + 1);
    let missing = scale;
    for (let s = low; s <= high; s++) {
      const f = 1 + Math.floor((free * (weight[s] as number)) / sum);
      frequency[context * 256 + s] = f;
      missing -= f;
    }
    frequency[context * 256 + best] = (frequency[context * 256 + best] as number) + missing;
    let at = 0;
    for (let s = low; s <= high; s++) {
      start[context * 256 + s] = at;
      at += frequency[context * 256 + s] as number;
    }
  }

  for (let context = 0; context < contexts; context++) tabulate(context);
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
      for (let context = 0; context < contexts; context++) tabulate(context);
    },
  };
}

/** Where the block that begins at `from` ends: 16, 32, 64 … 32768, then every 32768 symbols. */
export function blockEnd(from: number, count: number): number {
  return Math.min(count, from + Math.min(Math.max(from, 16), 32768));
}

/** Number of interleaved coder states: one for few symbols, four for speed. */
export function stateCount(count: number): number {
  return count < 2048 ? 1 : 4;
}
