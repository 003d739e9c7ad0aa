import { bitReader, bitWriter } from '../bits.ts';
import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';

/** What the frequencies of a context add up to. */
export const frequencySum = 4096;

/** Rows of a table: contexts of 256 symbols each. */
const contextCount = 16;

/** The most bits of a weight. */
const weightBits = 15;

/**
 * Weights as they are stored: counts, the greatest of each context scaled below 2^15 and all rounded to
 * `precision + 1` significant bits.
 *
 * @param counts - `[16 × 256]`, contexts as rows.
 * @param precision - bits kept below the leading one, 1 to 14.
 */
export function weightsOf(counts: Uint32Array, precision: number): Uint16Array {
  const weights = new Uint16Array(counts.length);
  for (let from = 0; from < counts.length; from += 256) {
    const most = counts.subarray(from, from + 256).reduce((a, b) => (a > b ? a : b));
    const down = Math.max(0, 32 - Math.clz32(most) - weightBits);
    for (let k = from; k < from + 256; k++)
      if ((counts[k] as number) > 0)
        weights[k] = rounded(Math.max(1, (counts[k] as number) >>> down), precision);
  }
  return weights;
}

function rounded(weight: number, precision: number): number {
  const dropped = Math.max(0, 31 - Math.clz32(weight) - precision);
  const value = ((weight >>> dropped) + ((weight >>> Math.max(0, dropped - 1)) & 1)) << dropped;
  // Rounding up may lengthen it.
  return dropped === 0 ? weight : Math.min(value, (2 ** weightBits - 1) & ~((1 << dropped) - 1));
}

/**
 * Frequencies in proportion to weights: at least 1 where the weight is, and 4096 together.
 *
 * @param weights - `[16 × 256]`, contexts as rows.
 * @returns `[16 × 256]`. In rows without weights, symbol 0 has all: nothing has that context, and where
 *   damaged data say otherwise, all decoders read the same.
 */
export function frequenciesOf(weights: Uint16Array): Uint16Array {
  const frequencies = new Uint16Array(weights.length);
  for (let from = 0; from < weights.length; from += 256)
    fillRow(frequencies.subarray(from, from + 256), weights.subarray(from, from + 256));
  return frequencies;
}

function fillRow(row: Uint16Array, weights: Uint16Array): void {
  let total = 0;
  for (const weight of weights) total += weight;
  let missing = frequencySum;
  for (let symbol = 0; symbol < 256 && total > 0; symbol++) {
    const weight = weights[symbol] as number;
    if (weight === 0) continue;
    const f = Math.max(1, Math.floor((2 * weight * frequencySum + total) / (2 * total)));
    row[symbol] = f;
    missing -= f;
  }
  while (missing !== 0) {
    let most = 0;
    for (let symbol = 1; symbol < 256; symbol++)
      if ((row[symbol] as number) > (row[most] as number)) most = symbol;
    // Too many: the most frequent symbols give, half of theirs at most, so that none falls to 0.
    const by = missing > 0 ? missing : -Math.min(-missing, (row[most] as number) >> 1);
    row[most] = (row[most] as number) + by;
    missing -= by;
  }
}

/**
 * Writes weights: which contexts occur and their first and last symbols; how the length of each weight
 * between differs from that of the one two symbols before (the same token of the other sign), as coded
 * symbols; and the bits below the leading ones.
 */
export function putWeights(weights: Uint16Array, precision: number, out: ByteWriter): void {
  const ranges: number[] = [];
  const lengths: number[] = [];
  const bits = bitWriter(weights.length * weightBits);
  let occurring = 0;
  for (let context = 0; context < contextCount; context++) {
    const row = weights.subarray(context * 256, context * 256 + 256);
    const first = row.findIndex((weight) => weight > 0);
    if (first < 0) continue;
    const last = row.findLastIndex((weight) => weight > 0);
    occurring |= 1 << context;
    ranges.push(first, last);
    for (let symbol = first; symbol <= last; symbol++) {
      const weight = row[symbol] as number;
      const length = bitLength(weight);
      const before = symbol >= first + 2 ? bitLength(row[symbol - 2] as number) : 0;
      lengths.push((length - before) & 15);
      const kept = Math.min(precision, length - 1);
      if (kept > 0) bits.put((weight >>> (length - 1 - kept)) & ((1 << kept) - 1), kept);
    }
  }
  out.byte(precision);
  out.byte(occurring & 255);
  out.byte(occurring >>> 8);
  for (const end of ranges) out.byte(end);
  encodeSymbols(Uint8Array.from(lengths), new Uint8Array(lengths.length), 1, out);
  out.bytes(bits.finish());
}

/**
 * Reads what `putWeights` wrote.
 *
 * @throws LineageError `codec-invalid`.
 */
export function takeWeights(reader: ByteReader): Uint16Array {
  const precision = reader.byte();
  if (precision < 1 || precision > weightBits - 1)
    throw reader.invalid('the precision of weights is out of range');
  const occurring = reader.byte() | (reader.byte() << 8);
  const ranges: { from: number; to: number }[] = [];
  for (let context = 0; context < contextCount; context++) {
    if (((occurring >>> context) & 1) === 0) continue;
    const from = context * 256 + reader.byte();
    const to = context * 256 + reader.byte();
    if (to < from) throw reader.invalid('a range of symbols is empty');
    ranges.push({ from, to });
  }
  const total = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const differences = decodeSymbols(reader, new Uint8Array(total), 1);
  const lengths = new Uint8Array(contextCount * 256);
  let keptBits = 0;
  let next = 0;
  for (const { from, to } of ranges)
    for (let k = from; k <= to; k++) {
      const before = k >= from + 2 ? (lengths[k - 2] as number) : 0;
      const length = (before + (differences[next++] as number)) & 15;
      lengths[k] = length;
      keptBits += Math.max(0, Math.min(precision, length - 1));
    }
  const bits = bitReader(reader.take(Math.ceil(keptBits / 8)));
  return Uint16Array.from(lengths, (length) => {
    if (length === 0) return 0;
    const kept = Math.min(precision, length - 1);
    return ((1 << kept) | bits.get(kept)) << (length - 1 - kept);
  });
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
