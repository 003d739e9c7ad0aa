import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeId } from '../ids.ts';
import type { Edge } from './graph.ts';
import { testEdge, testNode } from './lineage.fixture.ts';
import { lineageOf, type Lineage } from './lineage.ts';
import { mergeBases } from './mergeBase.ts';

function lineageFrom(names: readonly string[], edges: readonly Edge[]): Lineage {
  return lineageOf({
    nodes: names.map(testNode),
    edges,
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  });
}

const id = (name: string) => name as NodeId;

describe('merge bases', () => {
  test('of two children is their parent, by either kind of edge', () => {
    const lineage = lineageFrom(
      ['a', 'b', 'x', 'y'],
      [testEdge('a', 'b'), testEdge('b', 'x', 'version'), testEdge('b', 'y')],
    );
    expect(mergeBases(lineage, id('x'), id('y'))).toEqual(['b']);
  });

  test('of a model and one below it is the upper one, of a model and itself the model', () => {
    const lineage = lineageFrom(['a', 'b', 'c'], [testEdge('a', 'b'), testEdge('b', 'c')]);
    expect(mergeBases(lineage, id('a'), id('c'))).toEqual(['a']);
    expect(mergeBases(lineage, id('c'), id('c'))).toEqual(['c']);
  });

  test('are both where histories cross', () => {
    const edges = ['a', 'b'].flatMap((from) => ['x', 'y'].map((to) => testEdge(from, to)));
    const lineage = lineageFrom(
      ['root', 'a', 'b', 'x', 'y'],
      [testEdge('root', 'a'), testEdge('root', 'b'), ...edges],
    );
    expect(mergeBases(lineage, id('x'), id('y'))).toEqual(['a', 'b']);
    expect(mergeBases(lineage, id('y'), id('x'))).toEqual(['a', 'b']);
  });

  test('are none of models that are not related, or not there', () => {
    const lineage = lineageFrom(['a', 'x', 'y'], [testEdge('a', 'x')]);
    expect(mergeBases(lineage, id('x'), id('y'))).toEqual([]);
    expect(mergeBases(lineage, id('x'), id('nowhere'))).toEqual([]);
  });

  test('are what their definition says, on random graphs', () => {
    const pairs = fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(pairs, fc.nat(11), fc.nat(11), (list, x, y) => {
        const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
        const edges = list.flatMap(([a, b, version]) =>
          a < b ? [testEdge(`n${a}`, `n${b}`, version ? 'version' : 'provenance')] : [],
        );
        const above = closure(12, list);
        const common = [...names.keys()].filter(
          (i) => above[i]?.[x] === true && above[i][y] === true,
        );
        const best = common.filter((c) => !common.some((d) => d !== c && above[c]?.[d] === true));
        const found = mergeBases(lineageFrom(names, edges), id(`n${x}`), id(`n${y}`));
        expect(found).toEqual(best.map((i) => `n${i}`));
      }),
      { numRuns: 1000 },
    );
  });

  test('of 10,000 models take less than 50 ms', () => {
    const count = 10_000;
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    const edges = names.flatMap((name, i) => {
      const parents = new Set([i - 1, i - 2, Math.floor(i / 2)].filter((p) => p >= 0 && p < i));
      return [...parents].map((p) => testEdge(`n${p}`, name));
    });
    const lineage = lineageFrom(names, edges);
    const last = [id(`n${count - 1}`), id(`n${count - 2}`)] as const;
    mergeBases(lineage, ...last);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      expect(mergeBases(lineage, ...last)).toHaveLength(1);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

/** `[a][b]`: whether a is an ancestor of b or b itself; by repeated squaring of nothing cleverer than a loop. */
function closure(count: number, list: readonly (readonly [number, number, boolean])[]) {
  const above = Array.from({ length: count }, (_, a) =>
    Array.from({ length: count }, (__, b) => a === b || list.some(([p, q]) => p === a && q === b && p < q)),
  ); // prettier-ignore
  for (let k = 0; k < count; k++)
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++) {
        const row = above[a];
        if (row !== undefined && row[k] === true && above[k]?.[b] === true) row[b] = true;
      }
  return above;
}
