import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { indexLineage } from './lineageIndex.ts';
import { anyLineage, edgeBetween, largeLineage, lineage } from './lineage.fixture.ts';
import { planView } from './planView.ts';
import { isSummary, type ViewItem, type ViewLimits } from './viewPlan.ts';
import { openingState, withStep, type FoldStep, type ViewState } from './viewState.ts';

const small: ViewLimits = { nodes: 12, edges: 14, opening: 6 };

const anyStep = (count: number): fc.Arbitrary<FoldStep> => {
  const id = fc.nat(count - 1).map((i) => `id${i}` as NodeId);
  return fc.oneof(
    fc.record({ is: fc.constant('reveal' as const), nodes: fc.array(id, { maxLength: 5 }) }),
    fc.record({
      is: fc.constantFrom(
        'fold' as const,
        'unfold' as const,
        'fold-family' as const,
        'unfold-family' as const,
        'fold-chain' as const,
        'unfold-chain' as const,
      ),
      node: id,
    }),
  );
};

const anyState: fc.Arbitrary<ViewState> = fc.record({
  filter: fc.record({
    hiddenKinds: fc.subarray(['provenance', 'version'] as const, { maxLength: 1 }),
    hiddenGrades: fc.subarray(['declared', 'inferred', 're-derived'] as const, { maxLength: 1 }),
    hiddenFormats: fc.subarray(['onnx', 'pytorch'] as const, { maxLength: 1 }),
    tags: fc.subarray(['third'], { maxLength: 1 }),
    text: fc.constantFrom('', '', '1', 'model'),
  }),
  foldChains: fc.boolean(),
  steps: fc.array(anyStep(60), { maxLength: 8 }),
  families: fc.nat(10),
});

const anyCase = fc.record({
  graph: anyLineage(60),
  state: anyState,
  limits: fc.constantFrom(
    small,
    { nodes: 1, edges: 0, opening: 3 },
    { ...small, nodes: 1000, edges: 2000 },
  ),
});

const plan = (graph: Parameters<typeof indexLineage>[0], state = openingState, limits = small) =>
  planView(indexLineage(graph), state, limits);

describe('planView', () => {
  it('puts every model that the filter keeps into exactly one item', () => {
    fc.assert(
      fc.property(anyCase, ({ graph, state, limits }) => {
        const { items, drawn, folded, filtered } = plan(graph, state, limits);
        const ids = items.flatMap(({ nodes }) => nodes);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length + filtered).toBe(graph.nodes.length);
        expect(drawn + folded).toBe(ids.length);
        expect(items.every(({ nodes }) => nodes.length > 0)).toBe(true);
        expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
      }),
      { numRuns: 400 },
    );
  });

  it('never gives more nodes or edges than the limits, whatever is revealed', () => {
    fc.assert(
      fc.property(anyCase, ({ graph, state, limits }) => {
        const { items, edges } = plan(graph, state, limits);
        expect(items.length).toBeLessThanOrEqual(limits.nodes);
        expect(edges.length).toBeLessThanOrEqual(limits.edges);
      }),
      { numRuns: 400 },
    );
  });

  it('joins two items, not both summaries, exactly where a kept edge joins their models', () => {
    fc.assert(
      fc.property(anyCase, ({ graph, state, limits }) => {
        const { items, edges } = plan(graph, state, limits);
        const itemOf = new Map(items.flatMap((item) => item.nodes.map((id) => [id, item])));
        const hidden = (item: ViewItem) => isSummary(item.is);
        const expected = new Map<string, number>();
        for (const { kind, grade, from, to } of graph.edges) {
          const [a, b] = [itemOf.get(from), itemOf.get(to)];
          const gone =
            state.filter.hiddenKinds.includes(kind) || state.filter.hiddenGrades.includes(grade);
          if (gone || a === undefined || b === undefined || a === b) continue;
          if (hidden(a) && hidden(b)) continue;
          const key = `${kind} ${a.key} ${b.key}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        expect(new Map(edges.map(({ key, count }) => [key, count]))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('draws a lineage whole when it fits and nothing is folded', () => {
    fc.assert(
      fc.property(anyLineage(12), (graph) => {
        const { items, folded, overLimit } = plan(graph, openingState, { ...small, edges: 100 });
        expect(items).toHaveLength(graph.nodes.length);
        expect(folded).toBe(0);
        expect(overLimit).toBe(false);
      }),
    );
  });

  it('draws what was last revealed, however deep it is hidden', () => {
    fc.assert(
      fc.property(anyLineage(60), anyState, fc.nat(59), (graph, state, pick) => {
        const id = `id${pick % graph.nodes.length}` as NodeId;
        const { items, filtered } = plan(graph, withStep(state, { is: 'reveal', nodes: [id] }), {
          ...small,
          edges: 200,
        });
        const item = items.find(({ nodes }) => nodes.includes(id));
        if (item === undefined) expect(filtered).toBeGreaterThan(0);
        else if (item.is !== 'stack') expect(item.is).toBe('model');
      }),
      { numRuns: 300 },
    );
  });

  it('folds what hangs below a model into one summary, and opens it again', () => {
    const graph = lineage(4, [edgeBetween(0, 1), edgeBetween(1, 2), edgeBetween(1, 3)]);
    const folded = withStep(openingState, { is: 'fold', node: 'id1' as NodeId });
    expect(plan(graph, folded).items.map(({ key, nodes }) => [key, nodes.length])).toEqual([
      ['m:id0', 1],
      ['m:id1', 1],
      ['b:id1', 2],
    ]);
    const opened = withStep(folded, { is: 'unfold', node: 'id1' as NodeId });
    expect(plan(graph, opened).items).toHaveLength(4);
  });

  it('folds a line of versions into a stack named after the newest, with its edges', () => {
    const versions = [0, 1].map((i) => edgeBetween(i, i + 1, 'version'));
    const graph = lineage(4, [...versions, edgeBetween(1, 3)]);
    const { items, edges } = plan(graph, { ...openingState, foldChains: true });
    expect(items.map(({ is, label }) => [is, label])).toEqual([
      ['stack', 'model-2'],
      ['model', 'model-3'],
    ]);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([['s:id0', 'm:id3']]);
  });

  it('folds a family by any of its models', () => {
    const graph = lineage(4, [edgeBetween(0, 1), edgeBetween(1, 2)]);
    const { items } = plan(
      graph,
      withStep(openingState, { is: 'fold-family', node: 'id2' as NodeId }),
    );
    expect(items.map(({ key }) => key).sort()).toEqual(['f:id0', 'm:id3']);
  });

  it('draws only the neighbourhood of the models in focus', () => {
    const chain = lineage(
      6,
      [0, 1, 2, 3, 4].map((i) => edgeBetween(i, i + 1)),
    );
    const at = (direction: 'up' | 'down' | 'both', depth: number) =>
      plan(chain, {
        ...openingState,
        focus: { nodes: ['id2' as NodeId], depth, direction },
      }).items.map(({ label }) => label);
    expect(at('up', 1)).toEqual(['model-1', 'model-2']);
    expect(at('down', 2)).toEqual(['model-2', 'model-3', 'model-4']);
    expect(at('both', Infinity)).toHaveLength(6);
  });

  it('opens 20,000 models bounded, and opening summaries reaches every one of them', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const graph = largeLineage(20_000, random);
    const index = indexLineage(graph);
    const first = planView(index, openingState);
    expect(first.items.length).toBeLessThanOrEqual(1000);
    expect(first.drawn).toBeGreaterThanOrEqual(100);
    for (let tries = 0; tries < 5; tries++) {
      const target = graph.nodes[Math.floor(random() * 20_000)]?.id as NodeId;
      let state = openingState;
      let item = first.items.find(({ nodes }) => nodes.includes(target));
      for (let step = 0; item?.is !== 'model' && step < 400; step++) {
        const at = item?.nodes.indexOf(target) ?? 0;
        const nodes = item?.nodes.slice(Math.max(0, at - 59), at + 1) ?? [];
        state = withStep(state, { is: 'reveal', nodes });
        item = planView(index, state).items.find((other) => other.nodes.includes(target));
      }
      expect(item?.is).toBe('model');
    }
  });

  it('plans a chain of 100,000 versions without running out of stack', () => {
    const count = 100_000;
    const graph = lineage(
      count,
      Array.from({ length: count - 1 }, (_, i) => edgeBetween(i, i + 1, 'version')),
    );
    const { items } = planView(indexLineage(graph), openingState);
    expect(items.length).toBeLessThanOrEqual(1000);
    expect(items.reduce((sum, { nodes }) => sum + nodes.length, 0)).toBe(count);
    expect(planView(indexLineage(graph), { ...openingState, foldChains: true }).items).toHaveLength(
      1,
    );
  });
});
