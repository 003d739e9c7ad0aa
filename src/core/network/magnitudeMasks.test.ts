import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combined } from './combine.ts';
import { literal, numbersOf } from './literal.ts';
import { magnitudeMasks, maskedBy } from './magnitudeMasks.ts';

const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 });

describe('magnitudeMasks', () => {
  test('leaves out the smallest of all tensors together, or of each', () => {
    const weights = new Map([
      ['a', literal('f32', [4], [1, -2, 3, -4])],
      ['b', literal('f32', [2], [0.5, -10])],
    ]);
    const kept = (scope: 'global' | 'tensor') =>
      [...magnitudeMasks(weights, 0.5, scope).values()].map((mask) => [...numbersOf(mask)]);
    expect(kept('global')).toEqual([
      [0, 0, 1, 1],
      [0, 1],
    ]);
    expect(kept('tensor')).toEqual([
      [0, 0, 1, 1],
      [0, 1],
    ]);
    expect(
      [...magnitudeMasks(weights, 0.7, 'global').values()].map((mask) => [...numbersOf(mask)]),
    ).toEqual([
      [0, 0, 0, 1],
      [0, 1],
    ]);
  });

  test('leaves out exactly the share asked for, and never a larger number than one it keeps', () => {
    fc.assert(
      fc.property(values, values, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, sparsity) => {
        const weights = new Map([
          ['a', literal('f32', [a.length], a)],
          ['b', literal('f32', [b.length], b)],
        ]);
        const masks = magnitudeMasks(weights, sparsity, 'global');
        const keep = [...masks.values()].flatMap((mask) => [...numbersOf(mask)]);
        const sizes = [...a, ...b].map(Math.abs);
        expect(keep.filter((k) => k === 0).length).toBe(Math.floor(sparsity * sizes.length));
        const out = sizes.filter((_, i) => keep[i] === 0);
        const left = sizes.filter((_, i) => keep[i] === 1);
        expect(Math.max(...out, 0)).toBeLessThanOrEqual(Math.min(...left, Infinity));
      }),
    );
  });

  test('keeps what is not a number, and removes as many others', () => {
    const weights = new Map([['a', literal('f32', [6], [NaN, 1, -1, Infinity, 1, 2])]]);
    const [mask] = magnitudeMasks(weights, 0.5, 'global').values();
    expect(mask && [...numbersOf(mask)]).toEqual([1, 0, 0, 1, 0, 1]);
  });

  test('are put on tensors of any number type', () => {
    const mask = literal('f32', [3], [1, 0, 1]);
    expect([...numbersOf(maskedBy(literal('f64', [3], [1, 2, 3]), mask))]).toEqual([1, 0, 3]);
    expect([...numbersOf(maskedBy(literal('i16', [3], [-1, -2, -3]), mask))]).toEqual([-1, 0, -3]);
  });
});

describe('combined', () => {
  test('adds tensors with factors, rounding once', () => {
    const a = literal('f32', [2], [1, 2]);
    const b = literal('f32', [2], [10, 20]);
    expect([...numbersOf(combined([a, b], [0.5, 0.25]))]).toEqual([3, 6]);
    expect(combined([a, b], [1, 1]).dtype).toBe('f32');
  });
});
