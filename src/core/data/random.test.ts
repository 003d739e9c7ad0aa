import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosPi, exponential, naturalLog, sinPi } from './elementary.ts';
import { murmur3, randomFrom, xoshiro128 } from './random.ts';

describe('the generator', () => {
  test('gives the published numbers of xoshiro128**', () => {
    // Source: the test of rand_xoshiro, made with the C code of Blackman and Vigna.
    const random = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.word())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  test('hashes keys as MurmurHash3 does', () => {
    // Source: the vectors of MurmurHash3_x86_32 for whole words.
    expect(murmur3([], 1)).toBe(0x514e28b7);
    expect(murmur3([0xffffffff], 0)).toBe(0x76293b50);
    expect(murmur3([0x87654321], 0)).toBe(0xf55b516b);
    expect(murmur3([0x87654321], 0x5082edee)).toBe(0x2362f9de);
    expect(murmur3([0], 0)).toBe(0x2362f9de);
  });

  test('keeps giving what it gave, for recipes to be replayed', () => {
    const random = randomFrom(42, 1, 7);
    expect([random.word(), random.word(), random.below(10), random.uniform()])
      .toMatchInlineSnapshot(`
      [
        2251941929,
        251683424,
        5,
        0.08509197551757097,
      ]
    `);
  });

  test('tells streams apart by every key and by their order', () => {
    const firsts = [[1], [2], [1, 0], [1, 1], [0, 1], [2 ** 40 + 1], [-1], [1, 0, 0]].map(
      ([seed = 0, ...keys]) => randomFrom(seed, ...keys).word(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('refuses keys that are not whole', () => {
    expect(() => randomFrom(0.5)).toThrow('not a key');
    expect(() => randomFrom(1, Number.NaN)).toThrow('not a key');
  });

  test('draws below a count evenly', () => {
    const random = randomFrom(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const drawn = random.below(7);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    // Chi-squared with 6 degrees of freedom: 22.5 is exceeded once in a thousand seeds.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(
      22.5,
    );
  });

  test('draws below a count that is no divisor of 2^32 without favouring small numbers', () => {
    // 3 × 2^30: plain remainders would give the lowest third twice as often as the others.
    const random = randomFrom(5);
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low - 10_000)).toBeLessThan(300);
  });

  test('draws normal numbers', () => {
    const random = randomFrom(11);
    const drawn = Array.from({ length: 50_000 }, () => random.normal());
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const square = drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length;
    const fourth = drawn.reduce((sum, x) => sum + x ** 4, 0) / drawn.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(square).toBeCloseTo(1, 1);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.15);
  });

  test('shuffles to each order equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const items = [0, 1, 2];
      randomFrom(seed).shuffle(items);
      counts.set(items.join(''), (counts.get(items.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe('elementary functions', () => {
  test('agree with the engine’s to the last bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(
          1e-14 * Math.max(1e-3, Math.abs(Math.log(x))),
        );
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (x) => {
        expect(Math.abs(sinPi(x) - Math.sin(Math.PI * x))).toBeLessThan(1e-14);
        expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x))).toBeLessThan(1e-14);
      }),
    );
  });

  test('are exact where it matters', () => {
    expect([naturalLog(1), exponential(0), sinPi(1), sinPi(0.5), cosPi(0), cosPi(1)]).toEqual([
      0, 1, 0, 1, 1, -1,
    ]);
  });
});
