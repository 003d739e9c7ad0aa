import type { ElementKind, FieldRule, FieldSurvey } from './tensorKernels.ts';

/*
 * Elements cut in symbols and fields, one at a time and with numbers of any length: the reference that
 * the fast code is tested against.
 */

type Log = ElementKind['log'];

/** The elements, each with its top bit at bit 31, or 63 where it has eight bytes. */
export function wordsOf(bytes: Uint8Array, log: Log): BigUint64Array {
  const words = new BigUint64Array(bytes.length >>> log);
  const down = log === 3 ? 64 : 32;
  for (let i = 0; i < words.length; i++) {
    let word = 0n;
    for (let k = 0; k < 1 << log; k++)
      word |= BigInt(bytes[(i << log) + k] as number) << BigInt(down - 8 * ((1 << log) - k));
    words[i] = word;
  }
  return words;
}

/** The reverse of `wordsOf`. */
export function writeWords(bytes: Uint8Array, words: BigUint64Array, log: Log): void {
  const down = log === 3 ? 64 : 32;
  for (let i = 0; i < words.length; i++)
    for (let k = 0; k < 1 << log; k++)
      bytes[(i << log) + k] = Number(
        ((words[i] as bigint) >> BigInt(down - 8 * ((1 << log) - k))) & 255n,
      );
}

const topBit = (log: Log): bigint => (log === 3 ? 63n : 31n);

export function surveyOf(words: BigUint64Array, log: Log): FieldSurvey {
  const mask = (1n << topBit(log)) - 1n;
  let [least, most, any] = [mask, 0n, 0n];
  let zeros = false;
  for (const word of words) {
    const magnitude = word & mask;
    any |= magnitude;
    if (magnitude > most) most = magnitude;
    if (word === 0n) zeros = true;
    else if (magnitude < least) least = magnitude;
  }
  return { least, most, any, zeros };
}

export function levelsOf(
  words: BigUint64Array,
  log: Log,
  blockLog: number,
  keyShift: number,
): Uint16Array {
  const size = 1 << blockLog;
  const mask = (1n << topBit(log)) - 1n;
  return Uint16Array.from({ length: Math.ceil(words.length / size) }, (_, block) => {
    let sum = 0;
    let some = 0;
    for (const word of words.subarray(block * size, block * size + size)) {
      const magnitude = word & mask;
      if (magnitude === 0n) continue;
      sum += Number((magnitude >> BigInt(keyShift)) & 0xffffn);
      some++;
    }
    return some === 0 ? 0 : Math.floor(sum / some);
  });
}

/** Symbols and fields of the elements; as `TensorKernels.takeFields`. */
export function takeFields(
  words: BigUint64Array,
  log: Log,
  { cut, shift, least, zeros, signed }: FieldRule,
): { symbols: Uint8Array; bits: Uint8Array } {
  const symbols = new Uint8Array(words.length);
  const width = cut - shift + (signed ? 0 : 1);
  const bits = new Uint8Array(Math.ceil((width * words.length) / 8));
  const mask = (1n << topBit(log)) - 1n;
  let at = 0;
  words.forEach((word, i) => {
    if (zeros && word === 0n) return;
    const magnitude = word & mask;
    const sign = Number(word >> topBit(log));
    const head = Number(magnitude >> BigInt(cut)) - least;
    symbols[i] = (signed ? 2 * head + sign : head) + (zeros ? 1 : 0);
    const low = (magnitude & ((1n << BigInt(cut)) - 1n)) >> BigInt(shift);
    const field = signed ? low : 2n * low + BigInt(sign);
    for (let bit = 0; bit < width; bit++, at++)
      if ((field >> BigInt(bit)) & 1n)
        bits[at >>> 3] = (bits[at >>> 3] as number) | (1 << (at & 7));
  });
  return { symbols, bits: bits.subarray(0, Math.ceil(at / 8)) };
}

/** The elements from symbols and fields, and whether there are just as many bits as they take. */
export function putFields(
  symbols: Uint8Array,
  bits: Uint8Array,
  log: Log,
  { cut, shift, least, zeros, signed }: FieldRule,
): { words: BigUint64Array; exact: boolean } {
  const words = new BigUint64Array(symbols.length);
  const width = cut - shift + (signed ? 0 : 1);
  const mask = (1n << topBit(log)) - 1n;
  let at = 0;
  symbols.forEach((symbol, i) => {
    if (zeros && symbol === 0) return;
    let field = 0n;
    for (let bit = 0; bit < width; bit++, at++)
      if (((bits[at >>> 3] ?? 0) >>> (at & 7)) & 1) field |= 1n << BigInt(bit);
    const head = symbol - (zeros ? 1 : 0);
    const sign = signed ? BigInt(head & 1) : field & 1n;
    const low = signed ? field : field >> 1n;
    const high = BigInt((signed ? head >> 1 : head) + least) << BigInt(cut);
    words[i] = ((high | (low << BigInt(shift))) & mask) | (sign << topBit(log));
  });
  return { words, exact: Math.ceil(at / 8) === bits.length };
}
