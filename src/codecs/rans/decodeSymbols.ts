import type { ByteReader } from '../byteReader.ts';
import { adaptiveModel, blockEnd, scaleBits, stateCount } from './adaptiveModel.ts';
import type { AdaptiveModel } from './adaptiveModel.ts';
import { lowerBound } from './encodeSymbols.ts';

const scale = 1 << scaleBits;

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
  const wordCount = reader.varint();
  if (wordCount > count) throw reader.invalid('there are more words than symbols');
  const states = new Int32Array(stateCount(count));
  for (let k = 0; k < states.length; k++) {
    const [a = 0, b = 0, c = 0, d = 0] = reader.take(4);
    const state = a | (b << 8) | (c << 16) | (d << 24);
    if (state < lowerBound) throw reader.invalid('a coder state is out of its range');
    states[k] = state;
  }
  const words = littleEndianWords(reader.take(wordCount * 2));
  const model = adaptiveModel(contextCount, low, high);
  const slots = new Uint8Array(contextCount << scaleBits);
  let at = 0;
  for (let from = 0; from < count;) {
    const to = blockEnd(from, count);
    fillSlots(slots, model, contextCount, low, high);
    at = decodeBlock({ symbols, contexts, states, words, slots, model }, from, to, at);
    if (to < count) model.learn(symbols, contexts, from, to);
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
  readonly slots: Uint8Array;
  readonly model: AdaptiveModel;
}

function decodeBlock(decoding: Decoding, from: number, to: number, firstWord: number): number {
  const { symbols, contexts, states, words, slots } = decoding;
  const { frequency, start } = decoding.model;
  const mask = states.length - 1;
  let at = firstWord;
  for (let i = from; i < to; i++) {
    const context = contexts[i] as number;
    const x = states[i & mask] as number;
    const slot = x & (scale - 1);
    const symbol = slots[(context << scaleBits) | slot] as number;
    const k = (context << 8) | symbol;
    let next = Math.imul(frequency[k] as number, x >>> scaleBits) + slot - (start[k] as number);
    // Past the end of damaged data the words read as 0; the end is checked once, after all blocks.
    if (next < lowerBound) next = (next << 16) | (words[at++] ?? 0);
    states[i & mask] = next;
    symbols[i] = symbol;
  }
  return at;
}

/** For each context, the symbol that owns each of the 4096 values of a state's low bits. */
function fillSlots(
  slots: Uint8Array,
  { frequency, start }: AdaptiveModel,
  contextCount: number,
  low: number,
  high: number,
): void {
  for (let context = 0; context < contextCount; context++)
    for (let symbol = low; symbol <= high; symbol++) {
      const from = (context << scaleBits) + (start[(context << 8) | symbol] as number);
      slots.fill(symbol, from, from + (frequency[(context << 8) | symbol] as number));
    }
}

function littleEndianWords(bytes: Uint8Array): Uint16Array {
  const words = new Uint16Array(bytes.length / 2);
  for (let i = 0, k = 0; i < words.length; i++, k += 2)
    words[i] = (bytes[k] as number) | ((bytes[k + 1] as number) << 8);
  return words;
}
