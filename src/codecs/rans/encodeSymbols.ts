import type { ByteWriter } from '../byteWriter.ts';
import { adaptiveModel, blockEnd, codingFor, contextsIn } from './adaptiveModel.ts';
import type { AdaptiveModel } from './adaptiveModel.ts';

/** The lower end of a coder state; it stays below 2^31 and is refilled by 16 bits. */
export const lowerBound = 1 << 15;

/**
 * Writes symbols of 0 to 255 with range asymmetric numeral systems and frequencies that follow the
 * data. The number of symbols is not written.
 *
 * Source: J. Duda, Asymmetric numeral systems, arXiv 1311.2540.
 *
 * @param symbols - `[count]`.
 * @param contexts - `[count]`, each below `contextCount`; known to the decoder beforehand.
 */
export function encodeSymbols(
  symbols: Uint8Array,
  contexts: Uint8Array,
  contextCount: number,
  out: ByteWriter,
): void {
  const count = symbols.length;
  if (count === 0) return;
  let low = 255;
  let high = 0;
  for (let i = 0; i < count; i++) {
    const symbol = symbols[i] as number;
    if (symbol < low) low = symbol;
    if (symbol > high) high = symbol;
  }
  out.byte(low);
  out.byte(high);
  if (low === high) return;
  const coding = codingFor(count);
  const model = adaptiveModel(contextCount, low, high, coding.scaleBits);
  const intervals = planIntervals(symbols, contexts, model);
  const states = new Int32Array(coding.states).fill(lowerBound);
  const words = new Uint16Array(count);
  const at = encodeBackwards(intervals, states, words, coding.scaleBits);
  out.varint(count - at);
  for (const state of states) for (let bit = 0; bit < 32; bit += 8) out.byte((state >>> bit) & 255);
  const bytes = new Uint8Array((count - at) * 2);
  for (let i = at, k = 0; i < count; i++, k += 2) {
    const word = words[i] as number;
    bytes[k] = word & 255;
    bytes[k + 1] = word >>> 8;
  }
  out.bytes(bytes);
}

/** The interval of each symbol at its place: frequency in the high half, start in the low one. */
function planIntervals(
  symbols: Uint8Array,
  contexts: Uint8Array,
  model: AdaptiveModel,
): Uint32Array {
  const count = symbols.length;
  const intervals = new Uint32Array(count);
  const { frequency, start } = model;
  for (let from = 0; from < count;) {
    const to = blockEnd(from, count);
    const seen = contextsIn(contexts, from, to);
    for (let context = 0; context < 16; context++)
      if ((seen >>> context) & 1) model.tabulate(context);
    for (let i = from; i < to; i++) {
      const k = ((contexts[i] as number) << 8) | (symbols[i] as number);
      intervals[i] = ((frequency[k] as number) << 16) | (start[k] as number);
    }
    model.learn(symbols, contexts, from, to);
    from = to;
  }
  return intervals;
}

/** Fills `words` from its end, the last symbol first; gives the index of the first word. */
function encodeBackwards(
  intervals: Uint32Array,
  states: Int32Array,
  words: Uint16Array,
  scaleBits: number,
): number {
  const mask = states.length - 1;
  const room = 31 - scaleBits;
  let at = words.length;
  for (let i = intervals.length - 1; i >= 0; i--) {
    const interval = intervals[i] as number;
    const f = interval >>> 16;
    let x = states[i & mask] as number;
    if (x >= f << room) {
      words[--at] = x & 0xffff;
      x >>>= 16;
    }
    const q = (x / f) | 0;
    states[i & mask] = (q << scaleBits) + (x - Math.imul(q, f)) + (interval & 0xffff);
  }
  return at;
}
