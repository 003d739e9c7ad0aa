import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Architecture, LayerEdge } from '../../../core/architecture.ts';
import { foldLayers, modulePaths, openAtFirst, toggled } from './fold.ts';
import { assignLanes, mostLanes } from './lanes.ts';

function architecture(names: readonly string[], edges: readonly LayerEdge[] = []): Architecture {
  return {
    layers: names.map((name) => ({ name, kind: 'Conv', attributes: {}, parameters: [] })),
    edges,
    assumedEdges: false,
    inputs: [],
    outputs: [],
    opsets: {},
    operators: {},
    parameterCount: 0,
    unusedTensors: [],
    metadata: {},
  };
}

const chain = (count: number): LayerEdge[] =>
  Array.from({ length: count - 1 }, (_, from) => ({ from, to: from + 1, via: [] }));

const arbitraryNames = fc.array(
  fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 30 },
);

describe('folding layers by module', () => {
  it('shows modules folded and their inner edges not', () => {
    const net = architecture(['stem', 'block.0', 'block.1', 'head'], chain(4));
    const { rows, edges } = foldLayers(net, new Set());
    expect(rows.map((row) => row.label)).toEqual(['stem', 'block', 'head']);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 2]]); // prettier-ignore
  });

  it('unfolds a module under its head', () => {
    const net = architecture(['stem', 'block.0', 'block.1', 'head'], chain(4));
    const { rows, edges } = foldLayers(net, toggled(new Set(), '/block@1'));
    expect(rows.map((row) => row.label)).toEqual(['stem', 'block', '0', '1', 'head']);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([[0, 2], [2, 3], [3, 4]]); // prettier-ignore
  });

  it('keeps the order of dataflow where a module is interrupted', () => {
    const net = architecture(['a.0', 'a.1', 'b.0', 'b.1', 'a.2', 'a.3']);
    expect(foldLayers(net, new Set()).rows.map((row) => row.label)).toEqual(['a', 'b', 'a']);
  });

  it('shows every layer exactly once and in order, whatever is unfolded', () => {
    fc.assert(
      fc.property(arbitraryNames, fc.infiniteStream(fc.boolean()), (parts, choice) => {
        const net = architecture(parts.map((name, index) => [...name, index].join('.')));
        const open = new Set(modulePaths(net).filter(() => choice.next().value));
        const shown = foldLayers(net, open).rows.flatMap((row) =>
          row.is === 'layer' ? [row.layer] : row.open ? [] : [...row.layers],
        );
        expect(shown).toEqual(parts.map((_, index) => index));
      }),
    );
  });

  it('begins with few rows for a large net', () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `stage${Math.floor(i / 750)}.block${Math.floor(i / 15)}.conv${i}`,
    );
    const net = architecture(names);
    expect(foldLayers(net, openAtFirst(net)).rows.length).toBeLessThanOrEqual(48);
  });
});

describe('lanes of skip connections', () => {
  it('leave straight what only passes the head of an open module', () => {
    const net = architecture(['stem', 'block.0', 'block.1', 'head'], chain(4));
    expect(assignLanes(foldLayers(net, new Set(['/block@1'])))).toEqual([]);
  });

  it('keep overlapping connections apart, up to the last lane', () => {
    const edge = fc
      .tuple(fc.nat(30), fc.nat(30))
      .filter(([a, b]) => a !== b)
      .map(([from, to]) => ({ from, to, via: [] }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 20 }), (edges) => {
        const names = Array.from({ length: 31 }, (_, index) => `l${index}`);
        const lanes = assignLanes({ ...foldLayers(architecture(names), new Set()), edges });
        const overlap = (a: (typeof lanes)[number], b: (typeof lanes)[number]) =>
          Math.min(Math.max(a.from, a.to), Math.max(b.from, b.to)) >
          Math.max(Math.min(a.from, a.to), Math.min(b.from, b.to));
        for (const [index, a] of lanes.entries())
          for (const b of lanes.slice(index + 1))
            if (a.lane === b.lane && a.lane < mostLanes - 1) expect(overlap(a, b)).toBe(false);
      }),
    );
  });
});
