import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bruteForceCost, graph, randomPair, stack } from './matchLayers.fixture.ts';
import { Matching, matchGraphs } from './matchGraph.ts';
import { changedLayers, matchLayers, type HashedArchitecture } from './matchLayers.ts';

function costOf(a: HashedArchitecture, b: HashedArchitecture): number {
  const matching = new Matching(...matchGraphs(a, b), a.assumedEdges || b.assumedEdges);
  for (const [x, y] of matchLayers(a, b).pairs) matching.link(x, y);
  return matching.cost();
}

describe('matching layers', () => {
  it('is the inverse with the arguments exchanged', () => {
    fc.assert(
      fc.property(randomPair(9), ([a, b]) => {
        const back = matchLayers(b, a);
        expect(matchLayers(a, b).ofA).toEqual(back.ofB);
        expect(matchLayers(a, b).ofB).toEqual(back.ofA);
      }),
      { numRuns: 1000 },
    );
  });

  it('pairs every layer of a graph with itself', () => {
    fc.assert(
      fc.property(randomPair(9), ([a]) => {
        const same = matchLayers(a, a);
        for (const [x, y] of same.pairs) expect(a.contextual[x]).toBe(a.contextual[y]);
        expect(same.pairs).toHaveLength(a.names.length);
        expect(costOf(a, a)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('comes as near to the cheapest of all matchings as measured', () => {
    let worse = 0;
    const runs = 3000;
    fc.assert(
      fc.property(randomPair(5), ([a, b]) => {
        const [ours, least] = [costOf(a, b), bruteForceCost(a, b)];
        expect(ours).toBeGreaterThanOrEqual(least - 1e-6);
        if (ours > least + 1e-2) worse++;
      }),
      { numRuns: runs, seed: 7 },
    );
    // Measured; the objective is that of `Matching`.
    expect(worse / runs).toBeLessThan(0.01);
  });

  it('finds the block that was put into a deep stack of equal ones', () => {
    const a = stack(400, 'w');
    const b = graph({
      layers: [...a.contextual.slice(0, 170), 'Linear new', ...a.contextual.slice(170)],
    });
    const { pairs, ofB } = matchLayers(a, b);
    expect(pairs).toHaveLength(400);
    expect(ofB.flatMap((x, y) => (x === undefined ? [y] : []))).toEqual([170]);
  });

  it('says what a side changed', () => {
    const base = graph({ layers: ['Conv 1', 'Conv 2', 'Linear 3'] });
    const side = graph({ layers: ['Conv 1', 'Conv 9', 'Norm 4', 'Linear 3'] });
    expect(changedLayers(base, side, matchLayers(base, side))).toEqual({
      removed: [],
      added: [2],
      changed: [1],
      reshaped: [],
    });
  });

  it('takes under a second for two graphs of 1,000 layers', { timeout: 20_000 }, () => {
    for (const b of [stack(1000, 'w'), stack(1000, 'v'), stack(990, 'v')]) {
      const started = Date.now();
      matchLayers(stack(1000, 'w'), b);
      expect(Date.now() - started).toBeLessThan(1000);
    }
  });
});
