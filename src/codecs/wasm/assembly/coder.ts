import {
  coderTable,
  contextsAt,
  frequencies,
  lowerBound,
  scaleBits,
  spreadBytes,
  spreadTable,
  states,
  symbolsAt,
  wordsAt,
  wordsEnd,
} from './layout';
import { bytesOf, storeBytes } from './words';

/** Bits of the reciprocals: a state is below f · 2^19, so that its quotient by f comes out exactly. */
const reciprocalBits: u64 = 43;

/** Fills the table of which words go to which lanes. */
export function startSpread(): void {
  for (let set: u32 = 0; set < 16; set++) {
    let word: u32 = 0;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const at = spreadTable + ((<usize>set) << 4) + ((<usize>lane) << 2);
      const takes = (set >> lane) & 1;
      store<u8>(at, takes ? <u8>(2 * word) : 255);
      store<u8>(at + 1, takes ? <u8>(2 * word + 1) : 255);
      store<u16>(at + 2, 0xffff);
      word += takes;
    }
    store<u8>(spreadBytes + set, <u8>(2 * word));
  }
}

/** Encoder entries from the frequencies: reciprocal, bound of the state, complement, start. */
function encoderTable(): void {
  for (let context = 0; context < 16; context++) {
    let start: u32 = 0;
    for (let symbol = 0; symbol < 256; symbol++) {
      const k = ((<usize>context) << 8) | (<usize>symbol);
      const f: u32 = load<u16>(frequencies + (k << 1));
      if (f == 0) continue;
      const at = coderTable + (k << 4);
      store<u64>(at, (((<u64>1) << reciprocalBits) + f - 1) / f);
      store<u32>(at + 8, f << (31 - scaleBits));
      store<u16>(at + 12, <u16>(<u32>(1 << scaleBits) - f));
      store<u16>(at + 14, <u16>start);
      start += f;
    }
  }
}

/**
 * Codes the row of symbols backwards, eight states in turn; words fill their room from its end. Gives
 * the number of words.
 */
export function encodeRow(elements: i32): u32 {
  encoderTable();
  for (let k: usize = 0; k < 8; k++) store<u32>(states + (k << 2), lowerBound);
  let at = wordsEnd;
  for (let i = elements - 1; i >= 0; i--) {
    const state = states + (((<usize>i) & 7) << 2);
    const k = ((<usize>load<u8>(contextsAt + i)) << 8) | (<usize>load<u8>(symbolsAt + i));
    const entry = coderTable + (k << 4);
    let x = load<u32>(state);
    const spill = <u32>(x >= load<u32>(entry + 8));
    // Written always, kept where it spills: a branch here is taken at random.
    store<u16>(at - 2, <u16>x);
    at -= <usize>(spill << 1);
    x >>= spill << 4;
    const quotient = <u32>((<u64>x * load<u64>(entry)) >> reciprocalBits);
    store<u32>(state, x + quotient * load<u16>(entry + 12) + load<u16>(entry + 14));
  }
  return <u32>((wordsEnd - at) >> 1);
}

/** Decoder entries from the frequencies: symbol, place in its interval, frequency − 1. */
function decoderTable(): void {
  for (let context = 0; context < 16; context++) {
    let at = coderTable + ((<usize>context) << (scaleBits + 2));
    const end = at + (4 << scaleBits);
    for (let symbol = 0; symbol < 256 && at < end; symbol++) {
      const f: u32 = load<u16>(frequencies + ((((<usize>context) << 8) | (<usize>symbol)) << 1));
      for (let place: u32 = 0; place < f && at < end; place++) {
        store<u32>(at, symbol | (place << 8) | ((f - 1) << 20));
        at += 4;
      }
    }
    // A context without symbols, or a table cut short: any entry will do.
    memory.fill(at, 0, end - at);
  }
}

/**
 * Decodes the row of symbols from `words` words at `wordsAt`. Gives 1 when all words are used and every
 * state ends where encoders begin.
 */
export function decodeRow(elements: i32, words: u32): i32 {
  decoderTable();
  const end = wordsAt + ((<usize>words) << 1);
  if (end + 32 > wordsEnd) return 0;
  let at = wordsAt;
  let low = v128.load(states);
  let high = v128.load(states, 16);
  const slots = i32x4.splat((1 << scaleBits) - 1);
  const least = i32x4.splat(lowerBound);
  const whole = elements & ~7;
  let i = 0;
  for (; i < whole; i += 8) {
    // A turn takes at most 16 bytes: one check for it keeps every read inside.
    if (at > end) return 0;
    let entries = lookUp(low, slots, bytesOf(contextsAt + i));
    storeBytes(symbolsAt + i, v128.and(entries, i32x4.splat(255)));
    low = step(low, entries, slots);
    let short = i32x4.lt_u(low, least);
    let set = <usize>i32x4.bitmask(short);
    let taken = v128.swizzle(v128.load64_zero(at), v128.load(spreadTable + (set << 4)));
    low = v128.bitselect(v128.or(i32x4.shl(low, 16), taken), low, short);
    at += load<u8>(spreadBytes + set);
    entries = lookUp(high, slots, bytesOf(contextsAt + i + 4));
    storeBytes(symbolsAt + i + 4, v128.and(entries, i32x4.splat(255)));
    high = step(high, entries, slots);
    short = i32x4.lt_u(high, least);
    set = <usize>i32x4.bitmask(short);
    taken = v128.swizzle(v128.load64_zero(at), v128.load(spreadTable + (set << 4)));
    high = v128.bitselect(v128.or(i32x4.shl(high, 16), taken), high, short);
    at += load<u8>(spreadBytes + set);
  }
  v128.store(states, low);
  v128.store(states, high, 16);
  for (; i < elements; i++) {
    if (at > end) return 0;
    const state = states + (((<usize>i) & 7) << 2);
    let x = load<u32>(state);
    const slot = x & ((1 << scaleBits) - 1);
    const context = <usize>load<u8>(contextsAt + i);
    const entry = load<u32>(coderTable + (((context << scaleBits) | slot) << 2));
    store<u8>(symbolsAt + i, <u8>entry);
    x = ((entry >> 20) + 1) * (x >> scaleBits) + ((entry >> 8) & 0xfff);
    if (x < lowerBound) {
      x = (x << 16) | load<u16>(at);
      at += 2;
    }
    store<u32>(state, x);
  }
  if (at != end) return 0;
  for (let k: usize = 0; k < 8; k++) if (load<u32>(states + (k << 2)) != lowerBound) return 0;
  return 1;
}

function lookUp(x: v128, slots: v128, contexts: v128): v128 {
  const index = i32x4.shl(v128.or(v128.and(x, slots), i32x4.shl(contexts, scaleBits)), 2);
  let entries = v128.load32_zero(coderTable + <usize>i32x4.extract_lane(index, 0));
  entries = v128.load_lane<u32>(coderTable + <usize>i32x4.extract_lane(index, 1), entries, 1);
  entries = v128.load_lane<u32>(coderTable + <usize>i32x4.extract_lane(index, 2), entries, 2);
  return v128.load_lane<u32>(coderTable + <usize>i32x4.extract_lane(index, 3), entries, 3);
}

function step(x: v128, entries: v128, slots: v128): v128 {
  const rest = i32x4.shr_u(x, scaleBits);
  const place = v128.and(i32x4.shr_u(entries, 8), slots);
  return i32x4.add(i32x4.add(i32x4.mul(i32x4.shr_u(entries, 20), rest), rest), place);
}
