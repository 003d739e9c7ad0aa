import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { layeredLayout } from './layeredLayout.ts';
import type { LayoutEdge, LayoutInput } from './layout.ts';

const gaps = { layerGap: 100, nodeGap: 40 };

function input(count: number, edges: readonly LayoutEdge[]): LayoutInput {
  return { nodes: Array.from({ length: count }, (_, i) => ({ id: `n${i}` })), edges, ...gaps };
}

function edge(from: number, to: number, kind: LayoutEdge['kind'] = 'provenance'): LayoutEdge {
  return { from: `n${from}`, to: `n${to}`, kind };
}

const anyGraph = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc
    .array(
      fc.record({
        a: fc.nat(count - 1),
        b: fc.nat(count - 1),
        kind: fc.constantFrom<LayoutEdge['kind']>('provenance', 'version'),
      }),
      { maxLength: 80 },
    )
    .map((pairs) => ({ count, pairs })),
);

const acyclic = anyGraph.map(({ count, pairs }) =>
  input(
    count,
    pairs
      .filter(({ a, b }) => a !== b)
      .map(({ a, b, kind }) => edge(Math.min(a, b), Math.max(a, b), kind)),
  ),
);
const cyclic = anyGraph.map(({ count, pairs }) =>
  input(
    count,
    pairs.map(({ a, b, kind }) => edge(a, b, kind)),
  ),
);

/** Pairs nearer than a gap in both directions; the slack is what a float32 cannot tell apart. */
function overlaps(positions: Float32Array): number {
  let found = 0;
  for (let a = 0; a < positions.length; a += 2) {
    for (let b = a + 2; b < positions.length; b += 2) {
      const dx = Math.abs(at(positions, a) - at(positions, b));
      const dy = Math.abs(at(positions, a + 1) - at(positions, b + 1));
      if (dx < gaps.layerGap - 0.01 && dy < gaps.nodeGap - 0.01) found++;
    }
  }
  return found;
}

function x(positions: Float32Array, id: string): number {
  return at(positions, Number(id.slice(1)) * 2);
}

describe('layeredLayout', () => {
  it('lets every edge of a graph without cycles lead to the right by at least a layer', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const positions = layeredLayout(graph);
        for (const { from, to } of graph.edges) {
          expect(x(positions, to) - x(positions, from)).toBeGreaterThanOrEqual(99.9);
        }
      }),
    );
  });

  it('leads every edge down by at least a layer where the flow is down', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const positions = layeredLayout({ ...graph, flow: 'down' });
        const y = (id: string) => at(positions, Number(id.slice(1)) * 2 + 1);
        for (const { from, to } of graph.edges) {
          expect(y(to) - y(from)).toBeGreaterThanOrEqual(99.9);
        }
      }),
    );
  });

  it('never lets two nodes overlap, cycles or not, and stays in the positive quarter', () => {
    fc.assert(
      fc.property(fc.oneof(acyclic, cyclic), (graph) => {
        const positions = layeredLayout(graph);
        expect(overlaps(positions)).toBe(0);
        expect(positions.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
      }),
    );
  });

  it('gives the same drawing for the same graph', () => {
    fc.assert(
      fc.property(cyclic, (graph) => {
        expect(layeredLayout(graph)).toEqual(layeredLayout(structuredClone(graph)));
      }),
    );
  });

  it('draws a tree without crossings', () => {
    const tree = fc.array(fc.nat(), { minLength: 1, maxLength: 40 }).map((picks) =>
      input(
        picks.length + 1,
        picks.map((pick, i) => edge(pick % (i + 1), i + 1)),
      ),
    );
    fc.assert(
      fc.property(tree, (graph) => {
        expect(crossings(graph)).toBe(0);
      }),
    );
  });

  it('keeps a chain of versions on one line while exports hang off it', () => {
    const graph = input(9, [
      ...[0, 1, 2, 3].map((i) => edge(i, i + 1, 'version')),
      ...[0, 1, 2, 3].map((i) => edge(i, i + 5)),
    ]);
    const positions = layeredLayout(graph);
    const ys = [0, 1, 2, 3, 4].map((i) => at(positions, i * 2 + 1));
    for (const y of ys) expect(Math.abs(y - at(ys, 0))).toBeLessThan(gaps.nodeGap / 4);
  });

  it('packs many models that are not joined into a block, not into a line', () => {
    const positions = layeredLayout(input(1000, []));
    const width = Math.max(...positions.filter((_, i) => i % 2 === 0));
    const height = Math.max(...positions.filter((_, i) => i % 2 === 1));
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(2.6);
    expect(overlaps(positions)).toBe(0);
  });

  it('follows the wished proportions', () => {
    const ratio = (aspect: number) => {
      const positions = layeredLayout({ ...input(900, []), aspect });
      return at(positions, 0) < 0
        ? 0
        : Math.max(...positions.filter((_, i) => i % 2 === 0)) /
            Math.max(...positions.filter((_, i) => i % 2 === 1));
    };
    expect(ratio(0.5)).toBeLessThan(1);
    expect(ratio(3)).toBeGreaterThan(2);
  });

  it('draws a chain of 100,000 models without running out of stack', () => {
    const count = 100_000;
    const edges = Array.from({ length: count - 1 }, (_, i) => edge(i, i + 1, 'version'));
    const positions = layeredLayout(input(count, edges));
    expect(at(positions, 2 * (count - 1))).toBeGreaterThan(99 * count);
  });

  it('ignores edges to models that are not there, loops and repeated edges', () => {
    const graph = input(2, [edge(0, 1)]);
    const dirty = { ...graph, edges: [edge(0, 0), edge(0, 1), edge(0, 1), edge(5, 1)] };
    expect(layeredLayout(dirty)).toEqual(layeredLayout(graph));
  });

  it('draws nothing for an empty graph', () => {
    expect(layeredLayout(input(0, []))).toHaveLength(0);
  });
});

function crossings(graph: LayoutInput): number {
  const positions = layeredLayout(graph);
  const ends = graph.edges.map(({ from, to }) => {
    const [a, b] = [Number(from.slice(1)), Number(to.slice(1))];
    return [a, b].flatMap((n) => [at(positions, n * 2), at(positions, n * 2 + 1)]);
  });
  let found = 0;
  ends.forEach((e, i) => {
    for (const f of ends.slice(i + 1)) {
      if (at(e, 0) !== at(f, 0)) continue;
      found += (at(e, 1) - at(f, 1)) * (at(e, 3) - at(f, 3)) < -0.01 ? 1 : 0;
    }
  });
  return found;
}
