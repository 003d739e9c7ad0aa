import { describe, expect, test } from 'vitest';
import { changeBins, measureChanges } from './measureChanges.ts';

const of = (...values: number[]) => Float64Array.from(values);

describe('what two sides did to a tensor', () => {
  test('is measured by norm, number of elements, and the angle between both changes', () => {
    const measured = measureChanges(of(3, 4, 0), of(3, 7, 4), of(3, 4, 2));
    expect(measured).toMatchObject({ norm: 5, range: 4, x: { norm: 5, differing: 2 }, y: { norm: 2, differing: 1 } }); // prettier-ignore
    expect(measured.alignment).toBeCloseTo(0.8, 12);
  });

  test('is counted in equal bins over the greatest change of both', () => {
    const { x, y, range } = measureChanges(of(0, 0, 0), of(-2, 2, 0), of(0.01, 0, 0));
    expect(range).toBe(2);
    expect(x?.histogram).toHaveLength(changeBins);
    expect([x?.histogram[0], x?.histogram.at(-1)]).toEqual([1, 1]);
    expect(y?.histogram[(changeBins - 1) / 2]).toBe(1);
  });

  test('leaves out what is not finite, and sides of another length', () => {
    const { x, y, alignment } = measureChanges(of(1, NaN), of(Infinity, NaN), of(1));
    expect(x).toMatchObject({ norm: 0, differing: 1 });
    expect(y).toBeUndefined();
    expect(alignment).toBeUndefined();
  });

  test('says nothing of a tensor that the base does not have', () => {
    expect(measureChanges(undefined, of(1), of(2))).toEqual({ range: 0 });
  });
});
