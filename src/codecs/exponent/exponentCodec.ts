import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { bitReader, bitWriter } from '../bits.ts';
import { byteReader } from '../byteReader.ts';
import type { ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import { elementWords, putElementWords } from '../elementWords.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';
import { fieldsOf } from './fields.ts';
import type { Fields } from './fields.ts';

/**
 * Chunks alone, as they were once written: the exponents of floats, or single bytes, are coded.
 *
 * Mantissas of trained weights are noise; their exponents need two or three bits of the eight. The
 * bytes are specified in `docs/storage-format.md`, "Codec 2: exponents".
 */
export const exponentCodec: ChunkCodec = {
  id: 2,
  name: 'exponents',
  needs: 'nothing',
  readOnly: true,
  encode,
  decode,
};

/** Less is not worth a decoder's time. */
const leastGain = 0.02;

function encode(
  bytes: Uint8Array,
  bases: readonly Uint8Array[],
  element: ChunkElement,
): Uint8Array<ArrayBuffer> | undefined {
  if (bases.length > 0 || (element.bytes > 1 && !element.float)) return undefined;
  const words = elementWords(bytes, element.bytes === 8 ? 4 : element.bytes);
  const whole = element.bytes === 8 ? words.subarray(0, words.length & ~1) : words;
  const fields = fieldsOf(whole, element);
  if (fields === undefined) return undefined;
  const { symbols, bits } = takeFields(whole, fields);
  const out = byteWriter();
  out.byte(Math.log2(element.bytes) | (fields.zeros ? 4 : 0));
  out.byte(fields.shift);
  out.varint(fields.least);
  encodeSymbols(symbols, new Uint8Array(symbols.length), 1, out);
  out.bytes(bits);
  out.bytes(bytes.subarray(bytes.length - (bytes.length % element.bytes)));
  const encoded = out.finish();
  return encoded.length <= bytes.length * (1 - leastGain) ? encoded : undefined;
}

function decode(
  encoded: Uint8Array,
  _bases: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  const reader = byteReader(encoded, 'exponents');
  const { elementBytes, ...fields } = takeHead(reader);
  const count = Math.floor(rawBytes / elementBytes);
  const symbols = decodeSymbols(reader, new Uint8Array(count), 1);
  const tailBytes = rawBytes % elementBytes;
  if (reader.left() < tailBytes) throw reader.invalid('the last bytes are missing');
  const bits = reader.take(reader.left() - tailBytes);
  const words = new Uint32Array(count * (elementBytes === 8 ? 2 : 1));
  if (!putFields(words, symbols, bits, fields))
    throw reader.invalid('the bits beside the symbols are too few or too many');
  const bytes = new Uint8Array(rawBytes);
  putElementWords(bytes, words, elementBytes === 8 ? 4 : elementBytes);
  bytes.set(reader.take(tailBytes), rawBytes - tailBytes);
  return bytes;
}

function takeHead(reader: ByteReader): Fields & { elementBytes: 1 | 2 | 4 | 8 } {
  const kind = reader.byte();
  const shift = reader.byte();
  const elementBytes = ([1, 2, 4, 8] as const)[kind & 3] ?? 1;
  const symbolShift = elementBytes === 8 ? 20 : elementBytes === 1 ? 24 : 23;
  if (kind > 7 || shift > symbolShift) throw reader.invalid('the head is not of this codec');
  return {
    elementBytes,
    zeros: (kind & 4) !== 0,
    shift,
    least: reader.varint(),
    symbolShift,
    wide: elementBytes === 8,
  };
}

function takeFields(words: Uint32Array, fields: Fields): { symbols: Uint8Array; bits: Uint8Array } {
  const { symbolShift, shift, wide } = fields;
  const step = wide ? 2 : 1;
  const symbols = new Uint8Array(words.length / step);
  const bits = bitWriter(words.length * 32);
  const lowMask = (1 << symbolShift) - 1;
  const signed = symbolShift < 24;
  const restBits = symbolShift - shift;
  for (let i = 0, k = step - 1; i < symbols.length; i++, k += step) {
    const word = words[k] as number;
    if (fields.zeros && word === 0 && (!wide || words[k - 1] === 0)) continue;
    const exponent = signed ? (word & 0x7fffffff) >>> symbolShift : word >>> symbolShift;
    symbols[i] = exponent - fields.least + (fields.zeros ? 1 : 0);
    if (signed) bits.put(((word & lowMask) >>> shift) * 2 + (word >>> 31), restBits + 1);
    if (wide) bits.put(words[k - 1] as number, 32);
  }
  return { symbols, bits: bits.finish() };
}

/** Gives whether `bits` holds just the bits that the symbols ask for. */
function putFields(
  words: Uint32Array,
  symbols: Uint8Array,
  bits: Uint8Array,
  fields: Fields,
): boolean {
  const { symbolShift, shift, wide } = fields;
  const step = wide ? 2 : 1;
  const reader = bitReader(bits);
  const signed = symbolShift < 24;
  const restBits = symbolShift - shift;
  for (let i = 0, k = step - 1; i < symbols.length; i++, k += step) {
    const symbol = symbols[i] as number;
    if (fields.zeros && symbol === 0) continue;
    const exponent = symbol + fields.least - (fields.zeros ? 1 : 0);
    const rest = signed ? reader.get(restBits + 1) : 0;
    words[k] = (exponent << symbolShift) | ((rest >>> 1) << shift) | ((rest & 1) << 31);
    if (wide) words[k - 1] = reader.get(32);
  }
  return Math.ceil(reader.consumed() / 8) === bits.length;
}
