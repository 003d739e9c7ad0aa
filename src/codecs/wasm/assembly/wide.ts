import {
  baseAt,
  bitsAt,
  bitsEnd,
  chunkAt,
  contextsAt,
  counts,
  countsBytes,
  symbolsAt,
  tileElements,
} from './layout';
import { addCounts } from './counts';

/*
 * Elements of eight bytes, one at a time: a token keeps one bit below the leading one, so that 64 octaves
 * fit in a symbol.
 */

/** A word as a number in the order of the values; `signs` is −1 for floats and 0 for integers. */
function ordered(word: i64, signs: i64): i64 {
  const negative = (word >> 63) & signs;
  return (word & ~(negative & i64.MIN_VALUE)) ^ negative;
}

/** `takeDifferences` of differences.ts for elements of eight bytes. */
export function takeWide(elements: i32, float: i32): u32 {
  memory.fill(counts, 0, 4 * countsBytes);
  const signs: i64 = float ? -1 : 0;
  let out = bitsAt;
  let held: u64 = 0;
  let used: u64 = 0;
  for (let i = 0; i < elements; i++) {
    const at = (<usize>i) << 3;
    const base = load<i64>(baseAt + at);
    const difference = ordered(load<i64>(chunkAt + at), signs) - ordered(base, signs);
    const m = <u64>(difference < 0 ? -difference : difference);
    const nearer = (<u64>((base & signs) ^ difference)) >> 63;
    const r = <u64>max<i64>(0, 62 - <i64>clz(m));
    const symbol = m == 0 ? 0 : 2 * ((r << 1) + (m >> r)) - 1 + nearer;
    store<u8>(symbolsAt + i, <u8>symbol);
    const context = <usize>load<u8>(contextsAt + i);
    const count =
      counts + ((<usize>i) & 3) * countsBytes + (((context << 8) | (<usize>symbol)) << 2);
    store<u32>(count, load<u32>(count) + 1);
    // Up to 62 bits beside 7 that wait do not fit in one word: the low 32 first.
    const low = min<u64>(r, 32);
    held |= (m & (((<u64>1) << low) - 1)) << used;
    used += low;
    store<u64>(out, held);
    out += <usize>(used >> 3);
    held >>= used & ~7;
    used &= 7;
    const rest = r - low;
    held |= ((m >> low) & (((<u64>1) << rest) - 1)) << used;
    used += rest;
    store<u64>(out, held);
    out += <usize>(used >> 3);
    held >>= used & ~7;
    used &= 7;
  }
  addCounts();
  return ((<u32>(out - bitsAt)) << 3) + <u32>used;
}

/** `addDifferences` of differences.ts for elements of eight bytes. */
export function addWide(elements: i32, float: i32, bitBytes: u32, to: usize): u32 {
  const signs: i64 = float ? -1 : 0;
  const limit = min<u32>(bitBytes, <u32>(bitsEnd - bitsAt) - tileElements * 8 - 16);
  let at: u32 = 0;
  for (let i = 0; i < elements; i++) {
    if (at >> 3 > limit) return u32.MAX_VALUE;
    const place = (<usize>i) << 3;
    const base = load<i64>(baseAt + place);
    const symbol = <u64>load<u8>(symbolsAt + i);
    const token = (symbol + 1) >> 1;
    const r: u64 = token < 4 ? 0 : (token >> 1) - 1;
    const low = min<u64>(r, 32);
    let raw = (load<u64>(bitsAt + (at >> 3)) >> ((<u64>at) & 7)) & (((<u64>1) << low) - 1);
    at += <u32>low;
    const rest = r - low;
    raw |= ((load<u64>(bitsAt + (at >> 3)) >> ((<u64>at) & 7)) & (((<u64>1) << rest) - 1)) << low;
    at += <u32>rest;
    const m = <i64>((token < 4 ? token : (2 + (token & 1)) << r) | raw);
    const nearer = <i64>(symbol & 1) - 1;
    const negative = ((base >> 63) & signs) ^ nearer;
    const sum = ordered(base, signs) + ((m ^ negative) - negative);
    const below = (sum >> 63) & signs;
    store<i64>(to + place, (sum ^ below) | (below & i64.MIN_VALUE));
  }
  return at;
}
