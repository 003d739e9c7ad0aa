import {
  baseAt,
  bitsAt,
  bitsEnd,
  chunkAt,
  contextsAt,
  counts,
  symbolTable,
  symbolsAt,
  tile,
  tileElements,
} from './layout';
import { addCounts } from './counts';
import { addWide, takeWide } from './wide';
import { bytesOf, loadWords, storeBytes, storeWords } from './words';

/** A word as a number in the order of the values; `signs` is −1 for floats and 0 for integers. */
// @ts-ignore: decorator
@inline
function ordered(words: v128, signs: v128, shift: i32): v128 {
  const negative = v128.and(i32x4.shr_s(words, 31), signs);
  // Floats: the magnitude, complemented where the sign is set. Integers: the signed number.
  const magnitude = i32x4.shr_s(v128.andnot(words, v128.and(negative, i32x4.splat(i32.MIN_VALUE))), shift);
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
    const key = i32x4.shr_u(v128.and(loadWords(baseAt + ((<usize>i) << log), log), mask), contextShift);
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

/**
 * Symbols and bits of the differences of chunk and base, elements of at most four bytes; counts the
 * symbols of each context. Gives the number of bits.
 */
export function takeDifferences(elements: i32, log: u32, float: i32, shift: i32): u32 {
  if (log == 3) return takeWide(elements, float);
  memory.fill(counts, 0, 0x8000);
  const signs = i32x4.splat(float ? -1 : 0);
  let out = bitsAt;
  let held: u64 = 0;
  let used: u64 = 0;
  for (let from = 0; from < elements; from += tileElements) {
    const some = min(tileElements, elements - from);
    for (let i = 0; i < some; i += 4) {
      const at = (<usize>(from + i)) << log;
      const base = loadWords(baseAt + at, log);
      const difference = i32x4.shr_s(
        i32x4.shl(
          i32x4.sub(
            ordered(loadWords(chunkAt + at, log), signs, shift),
            ordered(base, signs, shift),
          ),
          shift,
        ),
        shift,
      );
      v128.store(tile + ((<usize>i) << 2), i32x4.abs(difference));
      // 1 where the element comes nearer to zero (floats) or falls (integers).
      const nearer = i32x4.shr_u(v128.xor(v128.and(base, signs), difference), 31);
      storeBytes(symbolsAt + from + i, nearer);
    }
    for (let i = 0; i < some; i++) {
      const m = load<u32>(tile + ((<usize>i) << 2));
      const at = symbolsAt + from + i;
      const r = <u32>max(0, 29 - <i32>clz(m));
      const token = (r << 2) + (m >> r);
      const symbol = m == 0 ? 0 : 2 * token - 1 + load<u8>(at);
      store<u8>(at, <u8>symbol);
      const count =
        counts +
        ((<usize>(i & 1)) << 14) +
        ((((<usize>load<u8>(contextsAt + from + i)) << 8) | <usize>symbol) << 2);
      store<u32>(count, load<u32>(count) + 1);
      held |= (<u64>(m & ((1 << r) - 1))) << used;
      used += r;
      store<u64>(out, held);
      out += <usize>(used >> 3);
      held >>= used & ~7;
      used &= 7;
    }
  }
  addCounts();
  return (<u32>(out - bitsAt) << 3) + <u32>used;
}

/** Fills the table of what symbols stand for. */
export function startSymbols(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const token = (symbol + 1) >> 1;
    const r: u32 = token < 8 ? 0 : (token >> 2) - 1;
    const at = symbolTable + ((<usize>symbol) << 3);
    store<u32>(at, token < 8 ? token : (4 + (token & 3)) << r);
    store<u32>(at + 4, r);
  }
}

/**
 * The elements again from base, symbols and bits. Gives the number of bits that were read; stops
 * where they run out.
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
  const topBit = v128.and(signs, i32x4.splat(i32.MIN_VALUE));
  const limit = min<u32>(bitBytes, <u32>(bitsEnd - bitsAt) - 4096 - 16);
  let at: u32 = 0;
  for (let from = 0; from < elements; from += tileElements) {
    // A tile reads at most 31 bits an element: less than what lies behind the limit.
    if (at >> 3 > limit) return u32.MAX_VALUE;
    const some = min(tileElements, elements - from);
    for (let i = 0; i < some; i++) {
      const meaning = load<u64>(symbolTable + ((<usize>load<u8>(symbolsAt + from + i)) << 3));
      const r = meaning >> 32;
      const raw = (load<u64>(bitsAt + (at >> 3)) >> (<u64>at & 7)) & ((<u64>1 << r) - 1);
      store<u32>(tile + ((<usize>i) << 2), <u32>meaning | <u32>raw);
      at += <u32>r;
    }
    for (let i = 0; i < some; i += 4) {
      const place = (<usize>(from + i)) << log;
      const base = loadWords(baseAt + place, log);
      const symbol = bytesOf(symbolsAt + from + i);
      const nearer = i32x4.sub(v128.and(symbol, i32x4.splat(1)), i32x4.splat(1));
      const negative = v128.xor(v128.and(i32x4.shr_s(base, 31), signs), nearer);
      const m = v128.load(tile + ((<usize>i) << 2));
      const difference = i32x4.sub(v128.xor(m, negative), negative);
      const sum = i32x4.shr_s(
        i32x4.shl(i32x4.add(ordered(base, signs, shift), difference), shift),
        shift,
      );
      const below = v128.and(i32x4.shr_s(sum, 31), signs);
      const word = v128.or(i32x4.shl(v128.xor(sum, below), shift), v128.and(below, topBit));
      storeWords(to + place, word, log);
    }
  }
  return at;
}
