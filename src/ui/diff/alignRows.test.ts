import { describe, expect, it } from 'vitest';
import { alignRows, allModules, rowOfLayer, unfoldedAtFirst } from './alignRows.ts';
import { compared } from './diff.fixture.ts';

const labels = (of: ReturnType<typeof alignRows>) => of.rows.map(({ label }) => label);

describe('layers side by side', () => {
  const equals = ['a', 'b', 'c', 'd', 'e'].map((name) => [`block.${name}`, 'equal'] as const);

  it('folds a run of equal layers into one row, and shows what changed', () => {
    const pair = compared([...equals, ['head', 'changed'], ['last', 'equal']]);
    expect(labels(alignRows(pair, new Set(allModules(pair))))).toEqual([
      'block',
      '5 equal layers',
      'head',
      'last',
    ]);
  });

  it('unfolds a run at its own place, and keeps edges between what is seen', () => {
    const pair = compared([...equals, ['head', 'changed']]);
    const all = new Set(allModules(pair));
    const folded = alignRows(pair, all);
    expect(folded.a).toEqual([{ from: 1, to: 2, via: [] }]);
    const run = folded.rows[1];
    if (run?.is !== 'module') throw new Error('no run');
    const open = alignRows(pair, new Set([...all, run.path]));
    expect(labels(open)).toEqual(['block', '5 equal layers', 'a', 'b', 'c', 'd', 'e', 'head']);
    expect(open.b).toContainEqual({ from: 6, to: 7, via: [] });
  });

  it('leads edges of a side past the layers that the other alone has', () => {
    const pair = compared([['x', 'changed'], ['new', 'added'], ['old', 'removed'], ['y', 'changed']]); // prettier-ignore
    const { rows, a, b } = alignRows(pair, new Set());
    expect(rows).toHaveLength(4);
    expect(a).toEqual([{ from: 0, to: 2, via: [] }, { from: 2, to: 3, via: [] }]); // prettier-ignore
    expect(b).toEqual([{ from: 0, to: 1, via: [] }, { from: 1, to: 3, via: [] }]); // prettier-ignore
  });

  it('unfolds at first what is partly equal, and leaves folded what is wholly equal', () => {
    const mixed = [['m.a', 'equal'], ['m.b', 'changed']] as const; // prettier-ignore
    const pair = compared([...equals, ...mixed]);
    const { rows } = alignRows(pair, unfoldedAtFirst(pair));
    expect(rows.map(({ label, is }) => [label, is])).toEqual([
      ['block', 'module'],
      ['m', 'module'],
      ['a', 'layer'],
      ['b', 'layer'],
    ]);
    expect(rowOfLayer(rows, 2)).toBe(0);
    expect(rowOfLayer(rows, 6)).toBe(3);
  });

  it('takes a thousand layers in little time', () => {
    const many = Array.from({ length: 1000 }, (_, i) => {
      return [`layer${Math.floor(i / 10)}.${i % 10}`, i % 7 === 0 ? 'changed' : 'equal'] as const;
    });
    const pair = compared(many);
    const started = performance.now();
    alignRows(pair, unfoldedAtFirst(pair));
    expect(performance.now() - started).toBeLessThan(400);
  });
});
