import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { byteReader } from '../byteReader.ts';
import type { ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { elementWords, putElementWords } from '../elementWords.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';
import { addDifferences, takeDifferences } from './differences.ts';
import { addDifferences64, takeDifferences64 } from './differences64.ts';
import { changedRuns, gatherChanged, putRuns, scatterChanged, takeRuns } from './equalBlocks.ts';
import { contextsOf } from './exponentContext.ts';
import type { ExponentContext } from './exponentContext.ts';
import { chooseContext } from './chooseContext.ts';

/**
 * Chunks as differences to a base of the same length, as they were once written.
 *
 * The bytes are specified in `docs/storage-format.md`, "Codec 1: delta". Lossless for every pattern.
 */
export const deltaCodec: ChunkCodec = {
  id: 1,
  name: 'delta',
  needs: 'base',
  readOnly: true,
  encode,
  decode,
};

function encode(
  bytes: Uint8Array,
  [base]: readonly Uint8Array[],
  element: ChunkElement,
): Uint8Array<ArrayBuffer> | undefined {
  if (base?.length !== bytes.length) return undefined;
  const out = byteWriter();
  const allWords = wordsOf(bytes, element.bytes);
  const allBase = wordsOf(base, element.bytes);
  const perElement = element.bytes === 8 ? 2 : 1;
  const runs = changedRuns(allWords, allBase, perElement);
  const skips = runs.length > 2 || runs[0] !== 0;
  const changed = (words: Uint32Array) => (skips ? gatherChanged(words, runs, perElement) : words);
  const words = changed(allWords);
  const baseWords = changed(allBase);
  const keys = contextKeys(baseWords, element.bytes);
  const shift = element.bytes === 8 ? 0 : commonShift(words, baseWords, element.float);
  const { symbols, bits } =
    element.bytes === 8
      ? takeDifferences64(words, baseWords, element.float)
      : takeDifferences(words, baseWords, element.float, shift);
  const context = chooseContext(keys, symbols, element);
  putHead(out, { ...element, skips, shift, context });
  if (skips) putRuns(out, runs);
  encodeSymbols(symbols, contextsOf(keys, element.float, context), context.count, out);
  out.bytes(bits);
  out.bytes(bytes.subarray(bytes.length - (bytes.length % element.bytes)));
  const encoded = out.finish();
  return encoded.length < bytes.length ? encoded : undefined;
}

function decode(
  encoded: Uint8Array,
  [base]: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  const reader = byteReader(encoded, 'delta');
  if (base?.length !== rawBytes) throw reader.invalid('the base has another length');
  const head = takeHead(reader);
  const perElement = head.bytes === 8 ? 2 : 1;
  const all = wordsOf(base, head.bytes);
  const runs = head.skips ? takeRuns(reader, all.length, perElement) : undefined;
  const words = runs === undefined ? all : gatherChanged(all, runs, perElement);
  const contexts = contextsOf(contextKeys(words, head.bytes), head.float, head.context);
  const symbols = decodeSymbols(reader, contexts, head.context.count);
  const tailBytes = rawBytes % head.bytes;
  if (reader.left() < tailBytes) throw reader.invalid('the last bytes are missing');
  const differences = { symbols, bits: reader.take(reader.left() - tailBytes) };
  const whole =
    head.bytes === 8
      ? addDifferences64(words, differences, head.float)
      : addDifferences(words, differences, head.float, head.shift);
  if (!whole) throw reader.invalid('the bits beside the symbols are too few or too many');
  if (runs !== undefined) scatterChanged(all, words, runs, perElement);
  const bytes = new Uint8Array(rawBytes);
  putElementWords(bytes, all, head.bytes === 8 ? 4 : head.bytes);
  bytes.set(reader.take(tailBytes), rawBytes - tailBytes);
  return bytes;
}

interface Head extends ChunkElement {
  readonly skips: boolean;
  readonly shift: number;
  readonly context: ExponentContext;
}

function putHead(out: ByteWriter, head: Head): void {
  out.byte(Math.log2(head.bytes) | (head.float ? 4 : 0) | (head.skips ? 8 : 0));
  out.byte(head.shift);
  out.byte(((head.context.shift - 16) << 4) | (head.context.count - 1));
  out.byte(head.context.top);
}

function takeHead(reader: ByteReader): Head {
  const kind = reader.byte();
  const shift = reader.byte();
  const contexts = reader.byte();
  if (kind > 15 || shift > 31) throw reader.invalid('the head is not of this codec');
  return {
    bytes: ([1, 2, 4, 8] as const)[kind & 3] ?? 1,
    float: (kind & 4) !== 0,
    skips: (kind & 8) !== 0,
    shift,
    context: { shift: 16 + (contexts >>> 4), count: 1 + (contexts & 15), top: reader.byte() },
  };
}

/** Words of the whole elements; two, the low one first, for elements of eight bytes. */
function wordsOf(bytes: Uint8Array, elementBytes: ChunkElement['bytes']): Uint32Array {
  if (elementBytes !== 8) return elementWords(bytes, elementBytes);
  return elementWords(bytes.subarray(0, bytes.length - (bytes.length % 8)), 4);
}

/** The words that tell an element's context: the high ones of elements of eight bytes. */
function contextKeys(words: Uint32Array, elementBytes: ChunkElement['bytes']): Uint32Array {
  if (elementBytes !== 8) return words;
  const high = new Uint32Array(words.length / 2);
  for (let i = 0; i < high.length; i++) high[i] = words[2 * i + 1] as number;
  return high;
}

/** Low bits that are 0 in every word of both, the sign of a float left out. */
function commonShift(words: Uint32Array, base: Uint32Array, float: boolean): number {
  let any = 0;
  for (let i = 0; i < words.length; i++) any |= (words[i] as number) | (base[i] as number);
  if (float) any &= 0x7fffffff;
  return any === 0 ? 31 : 31 - Math.clz32(any & -any);
}
