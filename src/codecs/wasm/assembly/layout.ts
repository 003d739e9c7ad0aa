/*
 * Where things lie in the module's memory. Small tables come first, at fixed places; behind them the
 * data of one chunk, whose places follow from its size.
 *
 * Every loop below may read and write up to 16 bytes past the end of a row; `slack` is kept free.
 */

/** For each set of lanes, how a vector of words is spread over them. */
export const spreadTable: usize = 0xc00;
/** Words that a set of lanes takes, in bytes. */
export const spreadBytes: usize = 0xd00;
/** Coder states, 8 × u32. */
export const states: usize = 0xd40;
/** What is known of all elements: see fields.ts. */
export const survey: usize = 0xd80;
/** Numbers of one tile of elements, u32 each (u64 for elements of 8 bytes). */
export const tile: usize = 0x1000;
export const tileElements: i32 = 1024;
/** The bits beside each of a tile's symbols, a byte each. */
export const tileLengths: usize = 0x2000;
/** Context and symbol of each element of a tile, u16 each. */
export const tileIndices: usize = 0x2400;
/** Frequencies as the coders take them, u16 `[16][256]`; 1 to 4096 where not 0. */
export const frequencies: usize = 0xc000;
/** Decoder: u32 `[16][4096]`; encoder: 16 bytes each, `[16][256]`. */
export const coderTable: usize = 0x10000;
/** One byte for each block of 64 elements: whether it differs from the base. */
export const flags: usize = 0x50000;
/**
 * Four rows of counters, u32 `[16][256]` each, filled in turn: the same counter is not raised twice in
 * a row. They share their place with the coder's table, which comes after.
 */
export const counts: usize = coderTable;
export const countsBytes: usize = 0x4000;
/** A u16 for each block of elements; shares its place with the coder's table, which comes after. */
export const levels: usize = coderTable;
/** Chunk data. */
export const data: usize = 0x60100;

export const slack: usize = 64;
/** Bytes in a chunk at most; more is refused. */
export const mostBytes: u32 = 1 << 22;
/** Bits of a probability. */
export const scaleBits: i32 = 12;
/** The least coder state. */
export const lowerBound: u32 = 1 << 15;

/** The chunk: what is encoded, or what was decoded. */
export let chunkAt: usize = data;
export let baseAt: usize = data;
/** One byte for each element. */
export let symbolsAt: usize = data;
export let contextsAt: usize = data;
/** Bits beside the symbols; room for the raw size of the chunk and one tile more. */
export let bitsAt: usize = data;
/** Coded words; room for two bytes an element. */
export let wordsAt: usize = data;
export let wordsEnd: usize = data;
export let bitsEnd: usize = data;

/**
 * Makes room for a chunk of `bytes` bytes with elements of 2^`log` bytes. Gives 0 when that is more
 * than the module takes.
 */
export function reserve(bytes: u32, log: u32): i32 {
  if (bytes > mostBytes || log > 3) return 0;
  const whole = (<usize>bytes + slack + 15) & ~15;
  const perElement = (((<usize>bytes) >> log) + slack + 15) & ~15;
  chunkAt = data;
  baseAt = chunkAt + whole;
  symbolsAt = baseAt + whole;
  contextsAt = symbolsAt + perElement;
  bitsAt = contextsAt + perElement;
  bitsEnd = bitsAt + whole + <usize>tileElements * 8 + slack;
  wordsAt = bitsEnd;
  wordsEnd = wordsAt + 2 * perElement + slack;
  const pages = <i32>((wordsEnd + slack + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0 ? 1 : 0;
}
