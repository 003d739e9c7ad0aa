import { naturalLog } from './elementary.ts';

/**
 * A stream of pseudo-random numbers: xoshiro128**, whose state words are the MurmurHash3 (x86, 32
 * bits) of the keys with seeds 0 to 3.
 *
 * The same keys give the same numbers on every machine; other keys give an unrelated stream.
 * Source: Blackman and Vigna, arXiv 1805.01407; Appleby, MurmurHash3.
 */
export interface Random {
  /** 32 random bits as an unsigned integer. */
  word(): number;
  /** 0 ≤ x < 1, a multiple of 2^−32. */
  uniform(): number;
  /** A whole number, 0 ≤ x < `count`, each equally likely; `count` is 1 to 2^32. */
  below(count: number): number;
  /** Normal with mean 0 and deviation 1. Source: Marsaglia's polar method (1964). */
  normal(): number;
  /** Puts `items` into a random order, in place, each order equally likely (Fisher and Yates). */
  shuffle(items: ShuffledNumbers): void;
}

type ShuffledNumbers = Uint32Array | Int32Array | number[];

/**
 * The stream of a seed and, within it, of whatever `keys` count: epoch, example.
 *
 * @param seed - and `keys`: safe integers.
 */
export function randomFrom(seed: number, ...keys: readonly number[]): Random {
  return xoshiro128([0, 1, 2, 3].map((start) => hashOf([seed, ...keys], start)));
}

/** MurmurHash3 (x86, 32 bits) of safe integers, each as its low and its high 32-bit word. */
function hashOf(keys: readonly number[], start: number): number {
  let words: number[] = [];
  for (const key of keys) {
    if (!Number.isSafeInteger(key)) throw new Error(`not a key of a random stream: ${key}`);
    words = [...words, key >>> 0, Math.floor(key / 2 ** 32) >>> 0];
  }
  return murmur3(words, start);
}

/** MurmurHash3_x86_32 of little-endian 32-bit words. */
export function murmur3(words: readonly number[], start: number): number {
  let hash = start;
  for (const word of words) {
    let mixed = Math.imul(word, 0xcc9e2d51);
    mixed = (mixed << 15) | (mixed >>> 17);
    hash ^= Math.imul(mixed, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The generator from four state words, not all 0. */
export function xoshiro128(state: readonly number[]): Random {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  // The one state that would stay as it is.
  if ((a | b | c | d) === 0) a = 1;
  let spare: number | undefined;

  function word(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  function below(count: number): number {
    // Words beyond the last whole multiple of `count` would favour small numbers.
    const limit = 2 ** 32 - (2 ** 32 % count);
    for (;;) {
      const drawn = word();
      if (drawn < limit) return drawn % count;
    }
  }

  const uniform = (): number => word() / 2 ** 32;

  function normal(): number {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * naturalLog(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  }

  function shuffle(items: ShuffledNumbers): void {
    for (let left = items.length; left > 1; left--) {
      const drawn = below(left);
      const last = items[left - 1] as number;
      items[left - 1] = items[drawn] as number;
      items[drawn] = last;
    }
  }

  return { word, uniform, below, normal, shuffle };
}
