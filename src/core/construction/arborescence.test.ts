import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimumArborescence, type WeightedEdge } from './arborescence.ts';

/** Least weight over every choice of one entering edge per node that leaves no cycle. */
function bruteForce(n: number, root: number, edges: readonly WeightedEdge[]): number | undefined {
  const others = Array.from({ length: n }, (_, v) => v).filter((v) => v !== root);
  let best: number | undefined;
  const choose = (at: number, parent: ReadonlyMap<number, number>, weight: number): void => {
    const v = others[at];
    if (v === undefined) {
      const reached = others.every((start) => {
        let u: number | undefined = start;
        for (let step = 0; step < n && u !== undefined && u !== root; step++) u = parent.get(u);
        return u === root;
      });
      if (reached && (best === undefined || weight < best)) best = weight;
      return;
    }
    for (const edge of edges) {
      if (edge.to !== v || edge.from === v) continue;
      choose(at + 1, new Map([...parent, [v, edge.from]]), weight + edge.weight);
    }
  };
  choose(0, new Map(), 0);
  return best;
}

const graphs = fc.integer({ min: 1, max: 5 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    root: fc.integer({ min: 0, max: n - 1 }),
    edges: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: n - 1 }),
        to: fc.integer({ min: 0, max: n - 1 }),
        weight: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 12 },
    ),
  }),
);

describe('minimum arborescence', () => {
  it('weighs as little as the best of all spanning arborescences, and reaches every node', () => {
    fc.assert(
      fc.property(graphs, ({ n, root, edges }) => {
        const found = minimumArborescence(n, root, edges);
        const best = bruteForce(n, root, edges);
        if (found === undefined) {
          expect(best).toBeUndefined();
          return;
        }
        const chosen = found.flatMap((index) => (index === undefined ? [] : (edges[index] ?? [])));
        expect(chosen).toHaveLength(n - 1);
        expect(chosen.reduce((sum, edge) => sum + edge.weight, 0)).toBe(best);
        const parent = new Map(chosen.map((edge) => [edge.to, edge.from]));
        for (let v = 0; v < n; v++) {
          let u = v;
          for (let step = 0; step < n && u !== root; step++) u = parent.get(u) ?? -1;
          expect(u).toBe(root);
        }
      }),
      { numRuns: 500 },
    );
  });
});
