import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimumArborescence, type WeightedEdge } from '../construction/arborescence.ts';
import { random } from '../construction/synthetic.fixture.ts';
import { minimumBranching, type EdgeList } from './minimumBranching.ts';

const graph = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    edges: fc.array(
      fc.record({
        from: fc.nat(n - 1),
        to: fc.nat(n - 1),
        weight: fc.integer({ min: -5, max: 20 }),
      }),
      { maxLength: 40 },
    ),
  }),
);

describe('minimumBranching', () => {
  it('weighs what the slow arborescence weighs, on any graph, and fails where that fails', () => {
    fc.assert(
      fc.property(graph, ({ n, edges }) => {
        const found = minimumBranching(n, 0, listed(edges));
        const slow = minimumArborescence(n, 0, edges);
        expect(found === undefined).toBe(slow === undefined);
        if (found === undefined || slow === undefined) return;
        expect(isArborescence(n, found, edges)).toBe(true);
        expect(weightOf([...found], edges)).toBe(weightOf(slow, edges));
      }),
      { numRuns: 3000 },
    );
  });

  it('has no entering edge for the root, and one for every other node', () => {
    const edges = [
      { from: 1, to: 0, weight: 1 },
      { from: 0, to: 1, weight: 5 },
      { from: 0, to: 2, weight: 9 },
      { from: 2, to: 1, weight: 1 },
      { from: 1, to: 2, weight: 1 },
    ];
    expect([...(minimumBranching(3, 0, listed(edges)) ?? [])]).toEqual([-1, 1, 4]);
  });

  it('takes a store of 30,000 chunks with ten candidates each in seconds', () => {
    const next = random(1);
    const n = 30_001;
    const count = 11 * (n - 1);
    const edges = {
      from: new Int32Array(count),
      to: new Int32Array(count),
      weight: new Float64Array(count),
    };
    for (let at = 0; at < count; at++) {
      const to = 1 + (at % (n - 1));
      edges.to[at] = to;
      // One way alone; neighbours make rings within rings.
      const near = 1 + ((to + Math.floor(200 * next() ** 3)) % (n - 1));
      edges.from[at] = at < n - 1 ? 0 : near;
      edges.weight[at] = at < n - 1 ? 100 + next() : 50 + 50 * next();
    }
    const started = performance.now();
    const found = minimumBranching(n, 0, edges);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(found?.filter((edge) => edge < 0)).toHaveLength(1);
  });
});

function listed(edges: readonly WeightedEdge[]): EdgeList {
  return {
    from: Int32Array.from(edges, (edge) => edge.from),
    to: Int32Array.from(edges, (edge) => edge.to),
    weight: Float64Array.from(edges, (edge) => edge.weight),
  };
}

function weightOf(entering: readonly (number | undefined)[], edges: readonly WeightedEdge[]) {
  return entering.reduce<number>((sum, edge) => sum + (edges[edge ?? -1]?.weight ?? 0), 0);
}

function isArborescence(n: number, entering: Int32Array, edges: readonly WeightedEdge[]): boolean {
  for (let node = 0; node < n; node++) {
    let at = node;
    for (let steps = 0; at !== 0; steps++) {
      const edge = edges[entering[at] ?? -1];
      if (edge?.to !== at || steps > n) return false;
      at = edge.from;
    }
  }
  return entering[0] === -1;
}
