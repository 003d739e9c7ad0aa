import { bitReader, bitWriter } from '../bits.ts';
import type { Differences } from './differences.ts';

/**
 * `takeDifferences` for elements of eight bytes, each two words, the low one first.
 *
 * The token of m is m below 4, else `2·r + (m >>> r)` with `r = ⌊log2 m⌋ − 1`. Its r low bits follow in
 * `bits`, the lowest 32 of them first.
 *
 * @param words - `[2 × elements]`; `base` likewise, of the same length.
 */
export function takeDifferences64(
  words: Uint32Array,
  base: Uint32Array,
  float: boolean,
): Differences {
  const count = words.length / 2;
  const symbols = new Uint8Array(count);
  const bits = bitWriter(count * 62);
  for (let i = 0; i < count; i++) {
    const flip = orderMask(words[2 * i + 1] as number, float);
    const baseHigh = base[2 * i + 1] as number;
    const baseFlip = orderMask(baseHigh, float);
    let low = signless(words[2 * i] as number, flip) - signless(base[2 * i] as number, baseFlip);
    let high = orderHigh(words[2 * i + 1] as number, flip) - orderHigh(baseHigh, baseFlip);
    if (low < 0) high--;
    low >>>= 0;
    high |= 0;
    if (low === 0 && high === 0) continue;
    const nearer = (high ^ baseFlip) >>> 31;
    if (high < 0) {
      high = low === 0 ? -high : ~high;
      low = -low >>> 0;
    }
    symbols[i] = 2 * tokenOf(low, high >>> 0) - 1 + nearer;
    const r = rawBits(low, high >>> 0);
    if (r > 32) {
      bits.put(low, 32);
      bits.put(high & ((1 << (r - 32)) - 1), r - 32);
    } else if (r > 0) bits.put(r === 32 ? low : low & ((1 << r) - 1), r);
  }
  return { symbols, bits: bits.finish() };
}

/**
 * The elements again, written over `base`.
 *
 * @returns whether `bits` holds just the bits that the symbols ask for.
 */
export function addDifferences64(
  base: Uint32Array,
  { symbols, bits }: Differences,
  float: boolean,
): boolean {
  const reader = bitReader(bits);
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i] as number;
    if (symbol === 0) continue;
    const token = (symbol + 1) >>> 1;
    const r = Math.max(0, (token >>> 1) - 1);
    const lead = token < 4 ? token : 2 + (token & 1);
    let low = reader.get(Math.min(r, 32));
    let high = r > 32 ? reader.get(r - 32) : 0;
    if (r < 32) low = (low | (lead << r)) >>> 0;
    high |= r === 31 ? lead >>> 1 : r >= 32 ? lead << (r - 32) : 0;
    const baseHigh = base[2 * i + 1] as number;
    const baseFlip = orderMask(baseHigh, float);
    if ((baseFlip >>> 31) ^ ((symbol + 1) & 1)) {
      high = low === 0 ? -high : ~high;
      low = -low >>> 0;
    }
    low += signless(base[2 * i] as number, baseFlip);
    high = (high + orderHigh(baseHigh, baseFlip) + (low >= 2 ** 32 ? 1 : 0)) | 0;
    putOrdered(base, i, low, high, float);
  }
  return Math.ceil(reader.consumed() / 8) === bits.length;
}

/** Writes the element whose ordered pattern is (`high`, `low`); the reverse of the next three. */
function putOrdered(words: Uint32Array, i: number, low: number, high: number, float: boolean) {
  const flip = float && high < 0 ? -1 : 0;
  words[2 * i] = low ^ flip;
  words[2 * i + 1] = flip === 0 ? high : ~high | 0x80000000;
}

/** −1 for a negative float, whose magnitude is complemented, else 0. */
function orderMask(high: number, float: boolean): number {
  return float ? (high | 0) >> 31 : 0;
}

function signless(low: number, flip: number): number {
  return (low ^ flip) >>> 0;
}

function orderHigh(high: number, flip: number): number {
  return flip === 0 ? high | 0 : ~(high & 0x7fffffff);
}

/** r of the token: bits of (`high`, `low`) below its two leading ones. */
function rawBits(low: number, high: number): number {
  const leading = high === 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high);
  return Math.max(0, leading - 1);
}

function tokenOf(low: number, high: number): number {
  if (high === 0 && low < 4) return low;
  const r = rawBits(low, high);
  const lead =
    r >= 32 ? high >>> (r - 32) : r === 31 ? ((high << 1) | (low >>> 31)) & 3 : low >>> r;
  return 2 * r + lead;
}
