import {
  baseAt,
  bitsAt,
  bitsEnd,
  chunkAt,
  contextsAt,
  counts,
  countsBytes,
  symbolsAt,
  tile,
  tileElements,
  tileIndices,
  tileLengths,
} from './layout';
import { addCounts } from './counts';
import { addWide, takeWide } from './wide';
import { bytesOf, loadWords, storeBytes, storeWords } from './words';

/** A word as a number in the order of the values; `signs` is −1 for floats and 0 for integers. */
function ordered(words: v128, signs: v128, shift: i32): v128 {
  const negative = v128.and(i32x4.shr_s(words, 31), signs);
  // Floats: the magnitude, complemented where the sign is set. Integers: the signed number.
  const magnitude = i32x4.shr_s(
    v128.andnot(words, v128.and(negative, i32x4.splat(i32.MIN_VALUE))),
    shift,
  );
  return v128.xor(magnitude, negative);
}

/** The low bits that are 0 in every word of both rows, the sign of floats left out. */
export function commonBits(elements: i32, log: u32, float: i32): u32 {
  let any = i32x4.splat(0);
  const lanes = elements & ~3;
  for (let i = 0; i < lanes; i += 4) {
    const at = (<usize>i) << log;
    any = v128.or(any, v128.or(loadWords(chunkAt + at, log), loadWords(baseAt + at, log)));
  }
  for (let i = lanes; i < elements; i++) {
    const at = (<usize>i) << log;
    const both = v128.or(loadWords(chunkAt + at, log), loadWords(baseAt + at, log));
    any = v128.or(any, i32x4.replace_lane(i32x4.splat(0), 0, i32x4.extract_lane(both, 0)));
  }
  const all =
    i32x4.extract_lane(any, 0) |
    i32x4.extract_lane(any, 1) |
    i32x4.extract_lane(any, 2) |
    i32x4.extract_lane(any, 3);
  return float ? all & i32.MAX_VALUE : all;
}

/** The context of each element: `min(last, max(0, top − (word >>> contextShift)))`. */
export function contextRow(
  elements: i32,
  log: u32,
  float: i32,
  contextShift: i32,
  top: i32,
  last: i32,
): void {
  if (log == 3) {
    wideContextRow(elements, float, contextShift, top, last);
    return;
  }
  const mask = i32x4.splat(float ? i32.MAX_VALUE : -1);
  const tops = i32x4.splat(top);
  const lasts = i32x4.splat(last);
  for (let i = 0; i < elements; i += 4) {
    const key = i32x4.shr_u(
      v128.and(loadWords(baseAt + ((<usize>i) << log), log), mask),
      contextShift,
    );
    const context = i32x4.min_s(lasts, i32x4.max_s(i32x4.splat(0), i32x4.sub(tops, key)));
    storeBytes(contextsAt + i, context);
  }
}

function wideContextRow(elements: i32, float: i32, contextShift: i32, top: i32, last: i32): void {
  const mask: u32 = float ? i32.MAX_VALUE : -1;
  for (let i = 0; i < elements; i++) {
    const key = (load<u32>(baseAt + ((<usize>i) << 3) + 4) & mask) >> contextShift;
    store<u8>(contextsAt + i, <u8>min(last, max(0, top - <i32>key)));
  }
}

/** 2 to the power of each lane, as a number; for 0 to 31. */
function powerOf(exponents: v128): v128 {
  return i32x4.trunc_sat_f32x4_u(i32x4.shl(i32x4.add(exponents, i32x4.splat(127)), 23));
}

/**
 * Symbols and bits of the differences of chunk and base, elements of at most four bytes; counts the
 * symbols of each context. Gives the number of bits.
 *
 * A tile of elements at a time, first with vectors as far as they go: the leading bit of a number and
 * the two below it are those of the number as a float.
 */
export function takeDifferences(elements: i32, log: u32, float: i32, shift: i32): u32 {
  if (log == 3) return takeWide(elements, float);
  memory.fill(counts, 0, 4 * countsBytes);
  const signs = i32x4.splat(float ? -1 : 0);
  const one = i32x4.splat(1);
  const chunkRow = chunkAt;
  const baseRow = baseAt;
  let out = bitsAt;
  let held: u64 = 0;
  let used: u64 = 0;
  for (let from = 0; from < elements; from += tileElements) {
    const some = min(tileElements, elements - from);
    for (let i = 0; i < some; i += 4) {
      const at = (<usize>(from + i)) << log;
      const base = loadWords(baseRow + at, log);
      const difference = wrapped(
        i32x4.sub(
          ordered(loadWords(chunkRow + at, log), signs, shift),
          ordered(base, signs, shift),
        ),
        shift,
      );
      const m = i32x4.abs(difference);
      // 1 where the element comes nearer to zero (floats) or falls (integers).
      const nearer = i32x4.shr_u(v128.xor(v128.and(base, signs), difference), 31);
      // What a float would round is cut off: it is never among the leading three bits.
      const large = i32x4.gt_u(m, i32x4.splat(0xffffff));
      const asFloat = f32x4.convert_i32x4_u(v128.andnot(m, v128.and(large, i32x4.splat(0x1ff))));
      const small = i32x4.lt_u(m, i32x4.splat(4));
      const token = v128.bitselect(m, i32x4.sub(i32x4.shr_u(asFloat, 21), i32x4.splat(512)), small);
      const signed = i32x4.sub(i32x4.add(i32x4.shl(token, 1), nearer), one);
      const symbol = v128.andnot(signed, i32x4.eq(m, i32x4.splat(0)));
      storeBytes(symbolsAt + from + i, symbol);
      const context = bytesOf(contextsAt + from + i);
      const index = v128.or(i32x4.shl(context, 8), symbol);
      v128.store_lane<u64>(tileIndices + ((<usize>i) << 1), i16x8.narrow_i32x4_u(index, index), 0);
      const r = i32x4.max_s(i32x4.sub(i32x4.shr_u(asFloat, 23), i32x4.splat(129)), i32x4.splat(0));
      storeBytes(tileLengths + i, r);
      v128.store(tile + ((<usize>i) << 2), v128.and(m, i32x4.sub(powerOf(r), one)));
    }
    for (let i: usize = 0; i < <usize>some; i++) {
      const count =
        counts + (i & 3) * countsBytes + ((<usize>load<u16>(tileIndices + (i << 1))) << 2);
      store<u32>(count, load<u32>(count) + 1);
      held |= (<u64>load<u32>(tile + (i << 2))) << used;
      used += <u64>load<u8>(tileLengths + i);
      store<u64>(out, held);
      out += <usize>(used >> 3);
      held >>= used & ~7;
      used &= 7;
    }
  }
  addCounts();
  return ((<u32>(out - bitsAt)) << 3) + <u32>used;
}

/** Numbers of 32 − `shift` bits, with their sign. */
function wrapped(numbers: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.shl(numbers, shift), shift);
}

/**
 * The elements again from base, symbols and bits, at `to`. Gives the number of bits that were read, or
 * more than there can be where they run out.
 */
export function addDifferences(
  elements: i32,
  log: u32,
  float: i32,
  shift: i32,
  bitBytes: u32,
  to: usize,
): u32 {
  if (log == 3) return addWide(elements, float, bitBytes, to);
  const signs = i32x4.splat(float ? -1 : 0);
  const one = i32x4.splat(1);
  const zero = i32x4.splat(0);
  const topBit = v128.and(signs, i32x4.splat(i32.MIN_VALUE));
  const bits = bitsAt;
  const baseRow = baseAt;
  const limit = min<u32>(bitBytes, <u32>(bitsEnd - bitsAt) - 4096 - 16);
  let at: u32 = 0;
  for (let from = 0; from < elements; from += tileElements) {
    // A tile reads at most 31 bits an element: less than what lies behind the limit.
    if (at >> 3 > limit) return u32.MAX_VALUE;
    const some = min(tileElements, elements - from);
    const symbols = symbolsAt + from;
    for (let i = 0; i < some; i += 4)
      storeBytes(
        tileLengths + i,
        i32x4.max_s(i32x4.sub(i32x4.shr_u(tokenOf(bytesOf(symbols + i)), 2), one), zero),
      );
    for (let i: usize = 0; i < <usize>some; i++) {
      store<u32>(tile + (i << 2), <u32>(load<u64>(bits + (at >> 3)) >> ((<u64>at) & 7)));
      at += load<u8>(tileLengths + i);
    }
    for (let i = 0; i < some; i += 4) {
      const place = (<usize>(from + i)) << log;
      const base = loadWords(baseRow + place, log);
      const symbol = bytesOf(symbols + i);
      const token = tokenOf(symbol);
      // The least number of a token, made as a float; and the bits below it.
      const leading = v128.bitselect(
        token,
        i32x4.trunc_sat_f32x4_u(i32x4.shl(i32x4.add(token, i32x4.splat(512)), 21)),
        i32x4.lt_s(token, i32x4.splat(8)),
      );
      const below = i32x4.sub(powerOf(bytesOf(tileLengths + i)), one);
      const m = v128.or(leading, v128.and(v128.load(tile + ((<usize>i) << 2)), below));
      const nearer = i32x4.sub(v128.and(symbol, one), one);
      const negative = v128.xor(v128.and(i32x4.shr_s(base, 31), signs), nearer);
      const difference = i32x4.sub(v128.xor(m, negative), negative);
      const sum = wrapped(i32x4.add(ordered(base, signs, shift), difference), shift);
      const minus = v128.and(i32x4.shr_s(sum, 31), signs);
      const word = v128.or(i32x4.shl(v128.xor(sum, minus), shift), v128.and(minus, topBit));
      storeWords(to + place, word, log);
    }
  }
  return at;
}

function tokenOf(symbol: v128): v128 {
  return i32x4.shr_u(i32x4.add(symbol, i32x4.splat(1)), 1);
}
