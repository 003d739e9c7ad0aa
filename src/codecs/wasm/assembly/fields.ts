import { addCounts } from './counts';
import {
  bitsAt,
  bitsEnd,
  chunkAt,
  contextsAt,
  counts,
  countsBytes,
  flags,
  levels,
  survey,
  symbolsAt,
} from './layout';

/** The element at `i` with its top bit at bit 31, or 63 where it has eight bytes. */
function wordAt(i: i32, log: u32): u64 {
  const at = chunkAt + ((<usize>i) << log);
  if (log == 3) return load<u64>(at);
  if (log == 2) return load<u32>(at);
  if (log == 1) return (<u64>load<u16>(at)) << 16;
  return (<u64>load<u8>(at)) << 24;
}

function storeWord(i: i32, log: u32, word: u64): void {
  const at = chunkAt + ((<usize>i) << log);
  if (log == 3) store<u64>(at, word);
  else if (log == 2) store<u32>(at, <u32>word);
  else if (log == 1) store<u16>(at, <u16>(word >> 16));
  else store<u8>(at, <u8>(word >> 24));
}

/** All bits of a word but the top one. */
function magnitudeMask(log: u32): u64 {
  return log == 3 ? i64.MAX_VALUE : i32.MAX_VALUE;
}

function surveyOf(elements: i32, log: u32): void {
  let least = magnitudeMask(log);
  let most: u64 = 0;
  let any: u64 = 0;
  let zeros: u32 = 0;
  for (let i = 0; i < elements; i++) {
    const word = wordAt(i, log);
    const magnitude = word & magnitudeMask(log);
    zeros |= <u32>(word == 0);
    any |= magnitude;
    most = max(most, magnitude);
    least = min(least, word == 0 ? magnitudeMask(log) : magnitude);
  }
  store<u64>(survey, least);
  store<u64>(survey + 8, most);
  store<u64>(survey + 16, any);
  store<u32>(survey + 24, zeros);
}

/**
 * Leaves, in `survey`, the least and the greatest magnitude of all elements but +0, all magnitudes
 * or-ed, and whether there is a +0.
 */
export function surveyFields(elements: i32, log: u32): void {
  if (log == 3) surveyOf(elements, 3);
  else if (log == 2) surveyOf(elements, 2);
  else if (log == 1) surveyOf(elements, 1);
  else surveyOf(elements, 0);
}

function takeOf(
  elements: i32,
  log: u32,
  cut: u64,
  shift: u64,
  least: u64,
  zeros: u64,
  signed: u64,
): u32 {
  memory.fill(counts, 0, 4 * countsBytes);
  const top: u64 = log == 3 ? 63 : 31;
  const lowMask = ((<u64>1) << cut) - 1;
  const width = cut - shift + 1 - signed;
  const symbols = symbolsAt;
  const contexts = contextsAt;
  let out = bitsAt;
  let held: u64 = 0;
  let used: u64 = 0;
  for (let i = 0; i < elements; i++) {
    const word = wordAt(i, log);
    const magnitude = word & magnitudeMask(log);
    const sign = word >> top;
    const apart = zeros & (<u64>(word == 0));
    const symbol = apart ? 0 : ((((magnitude >> cut) - least) << signed) | (sign & signed)) + zeros;
    store<u8>(symbols + i, <u8>symbol);
    const context = <usize>load<u8>(contexts + i);
    const count =
      counts + ((<usize>i) & 3) * countsBytes + (((context << 8) | ((<usize>symbol) & 255)) << 2);
    store<u32>(count, load<u32>(count) + 1);
    const low = (magnitude & lowMask) >> shift;
    const field = signed ? low : (low << 1) | sign;
    held |= (apart ? 0 : field) << used;
    used += apart ? 0 : width;
    store<u64>(out, held);
    out += <usize>(used >> 3);
    held >>= used & ~7;
    used &= 7;
  }
  addCounts();
  return ((<u32>(out - bitsAt)) << 3) + <u32>used;
}

/** Symbols and bits of the elements; counts the symbols of each context. Gives the number of bits. */
export function takeFields(
  elements: i32,
  log: u32,
  cut: u32,
  shift: u32,
  least: u32,
  zeros: u32,
  signed: u32,
): u32 {
  if (log == 3) return takeOf(elements, 3, cut, shift, least, zeros, signed);
  if (log == 2) return takeOf(elements, 2, cut, shift, least, zeros, signed);
  if (log == 1) return takeOf(elements, 1, cut, shift, least, zeros, signed);
  return takeOf(elements, 0, cut, shift, least, zeros, signed);
}

function putOf(
  elements: i32,
  log: u32,
  cut: u64,
  shift: u64,
  least: u64,
  zeros: u64,
  signed: u64,
  bitBytes: u32,
): u32 {
  const top: u64 = log == 3 ? 63 : 31;
  const width = cut - shift + 1 - signed;
  const mask = ((<u64>1) << width) - 1;
  const limit = min<u32>(bitBytes, <u32>(bitsEnd - bitsAt) - 16);
  const symbols = symbolsAt;
  const bits = bitsAt;
  let at: u32 = 0;
  for (let i = 0; i < elements; i++) {
    if (at >> 3 > limit) return u32.MAX_VALUE;
    const symbol = <u64>load<u8>(symbols + i);
    const field = (load<u64>(bits + (at >> 3)) >> ((<u64>at) & 7)) & mask;
    const apart = zeros & (<u64>(symbol == 0));
    at += apart ? 0 : <u32>width;
    const head = symbol - zeros;
    const sign = signed ? head & 1 : field & 1;
    const low = signed ? field : field >> 1;
    const magnitude = ((((head >> signed) + least) << cut) | (low << shift)) & magnitudeMask(log);
    storeWord(i, log, apart ? 0 : magnitude | (sign << top));
  }
  return at;
}

/** The elements again from symbols and bits. Gives the number of bits that were read. */
export function putFields(
  elements: i32,
  log: u32,
  cut: u32,
  shift: u32,
  least: u32,
  zeros: u32,
  signed: u32,
  bitBytes: u32,
): u32 {
  if (log == 3) return putOf(elements, 3, cut, shift, least, zeros, signed, bitBytes);
  if (log == 2) return putOf(elements, 2, cut, shift, least, zeros, signed, bitBytes);
  if (log == 1) return putOf(elements, 1, cut, shift, least, zeros, signed, bitBytes);
  return putOf(elements, 0, cut, shift, least, zeros, signed, bitBytes);
}

/** Gives the elements of block k, of 2^`blockLog`, the context at `flags + k`. */
export function contextsOfBlocks(elements: i32, blockLog: u32): void {
  const size = 1 << blockLog;
  for (let from = 0, block = 0; from < elements; from += size, block++)
    memory.fill(contextsAt + from, load<u8>(flags + block) & 15, min(size, elements - from));
}

/**
 * Leaves, in `levels`, for each block the mean of `magnitude >>> keyShift` of all elements but zeros,
 * rounded down, as u16; 0 where all are.
 */
export function levelRow(elements: i32, log: u32, blockLog: u32, keyShift: u32): void {
  const size = 1 << blockLog;
  for (let from = 0, block = 0; from < elements; from += size, block++) {
    const to = min(elements, from + size);
    let sum: u32 = 0;
    let some: u32 = 0;
    for (let i = from; i < to; i++) {
      const magnitude = wordAt(i, log) & magnitudeMask(log);
      sum += (<u32>(magnitude >> keyShift)) & 0xffff;
      some += <u32>(magnitude != 0);
    }
    store<u16>(levels + ((<usize>block) << 1), <u16>(some == 0 ? 0 : sum / some));
  }
}
