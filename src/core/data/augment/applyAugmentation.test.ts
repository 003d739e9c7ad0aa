import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Augmentation } from '../dataUse.ts';
import type { Column, Holds } from '../examples.ts';
import { randomFrom } from '../random.ts';
import { applyAugmentation, augmentable } from './applyAugmentation.ts';
import { formOf, type Form, type Stored } from './form.ts';

const all: readonly Augmentation[] = [
  { is: 'noise', deviation: 0.1 },
  { is: 'salt-and-pepper', share: 0.2 },
  { is: 'blur', radius: 2 },
  { is: 'shift', pixels: 2 },
  { is: 'rotate', degrees: 30 },
  { is: 'contrast', factor: 2 },
  { is: 'occlude', pixels: 4 },
  { is: 'invert' },
  { is: 'pixelate', pixels: 3 },
  { is: 'flip' },
  { is: 'gain', decibels: 6 },
  { is: 'time-shift', samples: 5 },
  { is: 'drop-words', share: 0.3 },
];

function form(holds: Holds, dtype: Column['dtype'], shape: readonly number[], axis?: number): Form {
  const column = { name: 'x', holds, dtype, shape, data: new Float32Array() };
  if (axis === undefined) return formOf(column, undefined);
  return formOf(column, { scale: 1, mean: [0], deviation: [1], axis, shape });
}

const grey = form('image', 'u8', [4, 5]);
const draws = (seed: number, full = false) => ({ random: randomFrom(seed), full });
const ramp = (): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: 20 }, (_, i) => 10 * i + 3);

function changed(values: Stored, of: Form, augmentation: Augmentation, seed = 1, full = false) {
  const copy = values.slice();
  applyAugmentation(copy, of, augmentation, draws(seed, full));
  return copy;
}

describe('every augmentation', () => {
  const forms: readonly [Form, () => Stored][] = [
    [grey, ramp],
    [form('image', 'u8', [3, 4, 5], 0), () => Uint8Array.from({ length: 60 }, (_, i) => 4 * i)],
    [form('image', 'f32', [4, 5, 3], 2), () => Float32Array.from({ length: 60 }, (_, i) => i / 60)],
    [
      form('spectrogram', 'f32', [4, 5]),
      () => Float32Array.from({ length: 20 }, (_, i) => i / 9 - 1),
    ],
    [form('wave', 'f32', [32]), () => Float32Array.from({ length: 32 }, (_, i) => Math.sin(i))],
    [form('tokens', 'i32', [8]), () => Int32Array.of(5, 3, 9, 2, 7, 0, 0, 0)],
    [form('numbers', 'f32', [6]), () => Float32Array.of(1, 2, 3, 4, 5, 6)],
  ];

  test.each(all)('$is gives the same for the same draws, and does something', (augmentation) => {
    let applied = 0;
    for (const [of, make] of forms) {
      const applies = augmentable[augmentation.is].includes(of.is);
      expect(applyAugmentation(make(), of, augmentation, draws(1))).toBe(applies);
      const results = [1, 2, 3, 4, 5].map((seed) => changed(make(), of, augmentation, seed));
      results.forEach((result, i) => {
        expect(changed(make(), of, augmentation, i + 1)).toEqual(result);
      });
      const differ = results.some((result) => String(result) !== String(make()));
      expect(differ).toBe(applies);
      if (applies) applied++;
      for (const value of results.flatMap((result) => [...result])) expect(value).not.toBeNaN();
    }
    expect(applied).toBeGreaterThan(0);
  });

  test('treats the channels of both layouts alike', () => {
    const chw = form('image', 'u8', [3, 4, 5], 0);
    const hwc = form('image', 'u8', [4, 5, 3], 2);
    const planar = Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256);
    const mixed = planar.map((_, i) => planar[(i % 3) * 20 + Math.floor(i / 3)] ?? 0);
    for (const augmentation of all) {
      // Noise draws one number per value, in the order they lie.
      if (augmentation.is === 'noise' || !augmentable[augmentation.is].includes('image')) continue;
      const first = changed(planar, chw, augmentation, 7);
      const second = changed(mixed, hwc, augmentation, 7);
      expect([...second], augmentation.is).toEqual(
        [...second].map((_, i) => first[(i % 3) * 20 + Math.floor(i / 3)]),
      );
    }
  });
});

describe('single augmentations', () => {
  test('shift moves whole pixels and continues the edge', () => {
    const one = form('image', 'u8', [1, 4]);
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++)
      seen.add(changed(Uint8Array.of(1, 2, 3, 4), one, { is: 'shift', pixels: 1 }, seed).join());
    expect([...seen].sort()).toEqual(['1,1,2,3', '1,2,3,4', '2,3,4,4']);
  });

  test('flip mirrors or leaves', () => {
    const one = form('image', 'u8', [1, 3]);
    expect(changed(Uint8Array.of(1, 2, 3), one, { is: 'flip' }, 1, true)).toEqual(
      Uint8Array.of(3, 2, 1),
    );
  });

  test('rotate by a quarter turn moves each pixel to its place', () => {
    const square = form('image', 'u8', [3, 3]);
    const turned = changed(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), square, { is: 'rotate', degrees: 90 }, 1, true); // prettier-ignore
    expect(['3,6,9,2,5,8,1,4,7', '7,4,1,8,5,2,9,6,3']).toContain(turned.join());
  });

  test('rotate by nothing changes nothing', () => {
    expect(changed(ramp(), grey, { is: 'rotate', degrees: 0 })).toEqual(ramp());
  });

  test('blur keeps a plain image and the mean of a dot', () => {
    const nine = form('image', 'f32', [9, 9], 0);
    const plain = new Float32Array(81).fill(0.5);
    expect(changed(plain, nine, { is: 'blur', radius: 1 }, 1, true)).toEqual(plain);
    const dot = new Float32Array(81);
    dot[40] = 1;
    const blurred = changed(dot, nine, { is: 'blur', radius: 1 }, 1, true);
    expect([...blurred].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    // A Gaussian of deviation 1, cut at 3: 0.3989… / 0.9973… in each direction.
    expect(blurred[40]).toBeCloseTo((0.39894228 / 0.9998) ** 2, 3);
    expect(blurred[41]).toBeCloseTo((blurred[40] ?? 0) * Math.exp(-0.5), 5);
  });

  test('invert turns bytes about, and floats within their own range', () => {
    expect(changed(Uint8Array.of(0, 10, 255), form('image', 'u8', [1, 3]), { is: 'invert' }, 1, true)).toEqual(Uint8Array.of(255, 245, 0)); // prettier-ignore
    expect(changed(Float32Array.of(0, 0.25, 1), form('image', 'f32', [1, 3]), { is: 'invert' }, 1, true)).toEqual(Float32Array.of(1, 0.75, 0)); // prettier-ignore
  });

  test('pixelate makes blocks of their mean', () => {
    const four = form('image', 'u8', [2, 4]);
    expect(changed(Uint8Array.of(0, 2, 10, 20, 4, 6, 30, 40), four, { is: 'pixelate', pixels: 2 }, 1, true).join()).toBe('3,3,25,25,3,3,25,25'); // prettier-ignore
  });

  test('salt and pepper reaches its share', () => {
    const large = form('image', 'u8', [100, 100]);
    const result = changed(new Uint8Array(10_000).fill(100), large, { is: 'salt-and-pepper', share: 0.2 }); // prettier-ignore
    const count = (value: number): number => result.filter((one) => one === value).length;
    expect(Math.abs(count(0) - 1000)).toBeLessThan(120);
    expect(Math.abs(count(255) - 1000)).toBeLessThan(120);
  });

  test('noise has the deviation asked for, in the unit of the column', () => {
    const column: Column = { name: 'x', dtype: 'f32', shape: [2], holds: 'numbers', data: new Float32Array() }; // prettier-ignore
    const finish = { scale: 1, mean: [0, 0], deviation: [1, 100], axis: 0, shape: [2] };
    const squares = [0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const [a = 0, b = 0] = changed(new Float32Array(2), formOf(column, finish), { is: 'noise', deviation: 0.5 }, seed); // prettier-ignore
      squares[0] = (squares[0] ?? 0) + a * a;
      squares[1] = (squares[1] ?? 0) + b * b;
    }
    expect(Math.sqrt((squares[0] ?? 0) / 4000)).toBeCloseTo(0.5, 1);
    expect(Math.sqrt((squares[1] ?? 0) / 4000) / 100).toBeCloseTo(0.5, 1);
  });

  test('gain stays within −1 and 1 and keeps signs', () => {
    const loud = changed(Float32Array.of(-0.9, 0.1, 0), form('wave', 'f32', [3]), { is: 'gain', decibels: 40 }, 2, true); // prettier-ignore
    expect([...loud].map(Math.sign)).toEqual([-1, 1, 0]);
    for (const value of loud) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });

  test('time shift brings silence, even beyond the end', () => {
    const wave = form('wave', 'f32', [3]);
    const results = new Set<string>();
    for (let seed = 0; seed < 20; seed++)
      results.add(changed(Float32Array.of(1, 2, 3), wave, { is: 'time-shift', samples: 1 }, seed, true).join()); // prettier-ignore
    expect([...results].sort()).toEqual(['0,1,2', '2,3,0']);
    expect(changed(Float32Array.of(1, 2), wave, { is: 'time-shift', samples: 99 }, 1, true).join()).toBe('0,0'); // prettier-ignore
  });

  test('drop words keeps the order, pads with 0 and never drops all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (words, share, seed) => {
          const padded = Int32Array.from([...words, 0, 0]);
          const result = changed(padded, { is: 'tokens' }, { is: 'drop-words', share }, seed);
          const kept = [...result].filter((token) => token !== 0);
          expect(kept.length).toBeGreaterThan(0);
          expect([...result.subarray(kept.length)].every((token) => token === 0)).toBe(true);
          let at = 0;
          for (const word of words) if (word === kept[at]) at++;
          expect(at).toBe(kept.length);
        },
      ),
    );
  });
});
