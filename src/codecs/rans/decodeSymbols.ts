import type { ByteReader } from '../byteReader.ts';
import { adaptiveModel, blockEnd, codingFor, contextsIn } from './adaptiveModel.ts';
import type { AdaptiveModel } from './adaptiveModel.ts';
import { lowerBound } from './encodeSymbols.ts';

/**
 * Reads what `encodeSymbols` wrote.
 *
 * @param contexts - `[count]`, as given to the encoder.
 * @returns symbols, `[count]`.
 * @throws LineageError `codec-invalid`.
 */
export function decodeSymbols(
  reader: ByteReader,
  contexts: Uint8Array,
  contextCount: number,
): Uint8Array {
  const count = contexts.length;
  const symbols = new Uint8Array(count);
  if (count === 0) return symbols;
  const low = reader.byte();
  const high = reader.byte();
  if (low > high) throw reader.invalid('the range of symbols is empty');
  if (low === high) return symbols.fill(low);
  const { states: stateCount, scaleBits } = codingFor(count);
  const wordCount = reader.varint();
  if (wordCount > count) throw reader.invalid('there are more words than symbols');
  const states = takeStates(reader, stateCount);
  const words = littleEndianWords(reader.take(wordCount * 2));
  const model = adaptiveModel(contextCount, low, high, scaleBits);
  const slots = new Uint8Array(contextCount << scaleBits);
  const decoding = { symbols, contexts, states, words, slots, model, scaleBits };
  let at = 0;
  for (let from = 0; from < count;) {
    const to = blockEnd(from, count);
    const seen = contextsIn(contexts, from, to);
    for (let context = 0; context < contextCount; context++)
      if ((seen >>> context) & 1) prepare(decoding, context, low, high);
    at =
      stateCount === 1 ? decodeBlock(decoding, from, to, at) : decodeBlock4(decoding, from, to, at);
    model.learn(symbols, contexts, from, to);
    from = to;
  }
  if (at !== wordCount || states.some((state) => state !== lowerBound))
    throw reader.invalid('the coded symbols do not end where they should');
  return symbols;
}

interface Decoding {
  readonly symbols: Uint8Array;
  readonly contexts: Uint8Array;
  readonly states: Int32Array;
  readonly words: Uint16Array;
  /** For each context and value of a state's low bits, the symbol that owns it. */
  readonly slots: Uint8Array;
  readonly model: AdaptiveModel;
  readonly scaleBits: number;
}

function takeStates(reader: ByteReader, count: number): Int32Array {
  const states = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    for (let bit = 0; bit < 32; bit += 8)
      states[k] = (states[k] as number) | (reader.byte() << bit);
    if ((states[k] as number) < lowerBound) throw reader.invalid('a coder state is out of range');
  }
  return states;
}

function prepare(
  { model, slots, scaleBits }: Decoding,
  context: number,
  low: number,
  high: number,
) {
  model.tabulate(context);
  let at = context << scaleBits;
  for (let symbol = low; symbol <= high; symbol++) {
    const end = at + (model.frequency[(context << 8) | symbol] as number);
    // A call of `fill` costs more than a few plain writes.
    if (end - at > 32) slots.fill(symbol, at, end);
    else for (let slot = at; slot < end; slot++) slots[slot] = symbol;
    at = end;
  }
}

/** Decodes with one state; gives the index of the next word. */
function decodeBlock(decoding: Decoding, from: number, to: number, firstWord: number): number {
  const { symbols, contexts, states, words, slots, scaleBits } = decoding;
  const { frequency, start } = decoding.model;
  const low = (1 << scaleBits) - 1;
  let at = firstWord;
  let x = states[0] as number;
  for (let i = from; i < to; i++) {
    const context = contexts[i] as number;
    const slot = x & low;
    const symbol = slots[(context << scaleBits) | slot] as number;
    const k = (context << 8) | symbol;
    x = Math.imul(frequency[k] as number, x >>> scaleBits) + slot - (start[k] as number);
    // Past the end of damaged data words read as 0; the end is checked once, after all blocks.
    if (x < lowerBound) x = (x << 16) | (words[at++] ?? 0);
    symbols[i] = symbol;
  }
  states[0] = x;
  return at;
}

/**
 * Decodes with four states in turn: the same four times over, since a state in a variable of its own
 * decodes half as fast again as one in an array. All blocks but the last are whole turns.
 */
function decodeBlock4(decoding: Decoding, from: number, to: number, firstWord: number): number {
  const { symbols, contexts, states, words, slots, scaleBits } = decoding;
  const { frequency, start } = decoding.model;
  const low = (1 << scaleBits) - 1;
  let at = firstWord;
  let [a = 0, b = 0, c = 0, d = 0] = states;
  let slot: number, context: number, symbol: number, k: number;
  let i = from;
  // A word past the end is undefined, which counts as 0 in `|`, as in `decodeBlock`.
  for (; i + 4 <= to; i += 4) {
    slot = a & low;
    context = contexts[i] as number;
    symbol = slots[(context << scaleBits) | slot] as number;
    k = (context << 8) | symbol;
    a = Math.imul(frequency[k] as number, a >>> scaleBits) + slot - (start[k] as number);
    if (a < lowerBound) a = (a << 16) | (words[at++] as number);
    symbols[i] = symbol;
    slot = b & low;
    context = contexts[i + 1] as number;
    symbol = slots[(context << scaleBits) | slot] as number;
    k = (context << 8) | symbol;
    b = Math.imul(frequency[k] as number, b >>> scaleBits) + slot - (start[k] as number);
    if (b < lowerBound) b = (b << 16) | (words[at++] as number);
    symbols[i + 1] = symbol;
    slot = c & low;
    context = contexts[i + 2] as number;
    symbol = slots[(context << scaleBits) | slot] as number;
    k = (context << 8) | symbol;
    c = Math.imul(frequency[k] as number, c >>> scaleBits) + slot - (start[k] as number);
    if (c < lowerBound) c = (c << 16) | (words[at++] as number);
    symbols[i + 2] = symbol;
    slot = d & low;
    context = contexts[i + 3] as number;
    symbol = slots[(context << scaleBits) | slot] as number;
    k = (context << 8) | symbol;
    d = Math.imul(frequency[k] as number, d >>> scaleBits) + slot - (start[k] as number);
    if (d < lowerBound) d = (d << 16) | (words[at++] as number);
    symbols[i + 3] = symbol;
  }
  states.set([a, b, c, d]);
  for (let state = 0; i < to; i++, state++) at = decodeOne(decoding, i, state, at);
  return at;
}

function decodeOne(decoding: Decoding, i: number, state: number, at: number): number {
  const turn = { ...decoding, states: decoding.states.subarray(state, state + 1) };
  return decodeBlock(turn, i, i + 1, at);
}

function littleEndianWords(bytes: Uint8Array): Uint16Array {
  const words = new Uint16Array(bytes.length / 2);
  for (let i = 0, k = 0; i < words.length; i++, k += 2)
    words[i] = (bytes[k] as number) | ((bytes[k + 1] as number) << 8);
  return words;
}
