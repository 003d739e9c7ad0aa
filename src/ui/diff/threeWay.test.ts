import { describe, expect, it } from 'vitest';
import { compared } from './diff.fixture.ts';
import { threeWayRows, threeWaySummary } from './threeWay.ts';

describe('what two models changed of their base', () => {
  const toA = compared([['one', 'changed'], ['two', 'equal'], ['mine', 'added'], ['three', 'changed'], ['four', 'equal']]).diff; // prettier-ignore
  const toB = compared([['one', 'equal'], ['two', 'removed'], ['three', 'changed'], ['yours', 'added'], ['four', 'equal']]).diff; // prettier-ignore

  it('tells for each layer who changed it, added ones in their place', () => {
    const rows = threeWayRows(toA, toB);
    expect(rows.map(({ label, who }) => [label.split(' ')[0], who])).toEqual([
      ['one', 'A'],
      ['two', 'B'],
      ['mine', 'A'],
      ['three', 'both'],
      ['yours', 'B'],
      ['four', 'neither'],
    ]);
    expect(rows[2]).toMatchObject({ a: 2 });
    expect(rows[2]).not.toHaveProperty('b');
    expect(threeWaySummary(rows)).toBe(
      'Of 6 layers, 2 changed by A alone, 2 by B alone. 1 changed by both: that is where a merge must decide.',
    );
  });
});
