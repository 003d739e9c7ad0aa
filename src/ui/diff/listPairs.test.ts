import { describe, expect, it } from 'vitest';
import { compared, difference } from './diff.fixture.ts';
import { barLength, changeText, layerChange } from './layerChange.ts';
import { firstOrder, listPairs, nextPairOrder } from './listPairs.ts';
import { sameness } from './sameness.ts';

const { diff } = compared([
  ['same', 'equal'],
  ['small', 'changed'],
  ['large', 'changed'],
  ['waiting', 'changed'],
  ['new', 'added'],
]);
const known = new Map([difference(1, 0.01), difference(2, 0.5)].map((row) => [row.pair, row]));
const all = { text: '', is: 'all' } as const;
const names = (pairs: readonly number[]) =>
  pairs.map((pair) => diff.tensors[pair]?.b?.name.replace('.weight', ''));

describe('the table of tensors', () => {
  it('begins with where the change is', () => {
    expect(names(listPairs(diff.tensors, known, all, firstOrder))).toEqual([
      'new',
      'large',
      'small',
      'waiting',
      'same',
    ]);
  });

  it('puts constants that no layer owns behind what layers changed', () => {
    const loose = diff.tensors.map(({ layer, ...pair }) => (pair.is === 'added' ? pair : { ...pair, layer: layer ?? 0 })); // prettier-ignore
    expect(listPairs(loose, known, all, firstOrder)).toEqual([2, 1, 3, 4, 0]);
  });

  it('filters by name and by state', () => {
    expect(names(listPairs(diff.tensors, known, { text: 'LA', is: 'all' }, firstOrder))).toEqual(['large']); // prettier-ignore
    expect(listPairs(diff.tensors, known, { text: '', is: 'equal' }, firstOrder)).toEqual([0]);
    expect(listPairs(diff.tensors, known, { text: '', is: 'different' }, firstOrder)).toHaveLength(4); // prettier-ignore
  });

  it('sorts names up and numbers down first, and turns round', () => {
    expect(nextPairOrder(firstOrder, 'name')).toEqual({ by: 'name', down: false });
    expect(nextPairOrder(firstOrder, 'change')).toEqual({ by: 'change', down: false });
    expect(names(listPairs(diff.tensors, known, all, { by: 'name', down: false }))[0]).toBe(
      'large',
    );
  });
});

describe('how much a layer changed', () => {
  it('is the norm of all its changes over the norm of what it was', () => {
    expect(layerChange(diff, known, [1, 2])).toEqual({
      relative: Math.sqrt((0.1 ** 2 + 5 ** 2) / 200),
      waiting: 0,
    });
    expect(layerChange(diff, known, [3])).toEqual({ relative: undefined, waiting: 1 });
  });

  it('is drawn by orders of magnitude', () => {
    expect(barLength(0)).toBe(0);
    expect(barLength(0.01)).toBeCloseTo(0.5);
    expect(barLength(3)).toBe(1);
    expect([0.00001, 0.0123, 0.5, 25, NaN, Infinity].map(changeText)).toEqual([
      '< 0.01 %',
      '1.2 %',
      '50 %',
      '25×',
      '–',
      'from 0',
    ]);
  });
});

describe('the same weights', () => {
  it('are said at once, and only where every tensor is equal', () => {
    expect(sameness(compared([['x', 'equal']]).diff)).toMatch(/same weights in the same layers/);
    expect(sameness(compared([['x', 'moved']]).diff)).toMatch(/Only the graph/);
    expect(sameness(diff)).toBeUndefined();
  });
});
