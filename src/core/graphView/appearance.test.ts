import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from '../layout/at.ts';
import { layeredLayout } from '../layout/layeredLayout.ts';
import { colourItems } from './colouring.ts';
import { describeItem } from './describeItem.ts';
import { edgeBows } from './edgeBows.ts';
import { anyLineage, edgeBetween, lineage } from './lineage.fixture.ts';
import { indexLineage } from './lineageIndex.ts';
import { moveFocus } from './moveFocus.ts';
import { planView } from './planView.ts';
import { diameters, sizeItems } from './sizing.ts';
import { openingState, withStep } from './viewState.ts';
import type { GraphData } from '../lineage/graph.ts';
import type { NodeId } from '../ids.ts';

function placed(graph: GraphData) {
  const index = indexLineage(graph);
  const plan = planView(index, openingState);
  const positions = layeredLayout({
    nodes: plan.items.map(({ key }) => ({ id: key })),
    edges: plan.edges,
    layerGap: 176,
    nodeGap: 64,
  });
  return { index, plan, positions };
}

describe('colourItems', () => {
  it('gives every item a shade, and a legend that counts every model once', () => {
    fc.assert(
      fc.property(
        anyLineage(40),
        fc.constantFrom('family', 'format', 'modelType', 'architecture', 'size', 'age'),
        (graph, by) => {
          const { index, plan } = placed(graph);
          const { shades, legend, range } = colourItems(index, plan.items, by);
          expect([...shades.keys()]).toEqual(plan.items.map(({ key }) => key));
          const counted = legend.reduce((sum, { models }) => sum + models, 0);
          expect(counted).toBe(range === undefined ? graph.nodes.length : 0);
          for (const shade of shades.values()) {
            if (shade.is === 'ramp') expect(shade.share).toBeLessThanOrEqual(1);
            if (shade.is === 'ramp') expect(shade.share).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });

  it('gives models of one family one colour and single models none', () => {
    const { index, plan } = placed(lineage(4, [edgeBetween(0, 1), edgeBetween(1, 2)]));
    const { shades } = colourItems(index, plan.items, 'family');
    expect(shades.get('m:id0')).toEqual(shades.get('m:id2'));
    expect(shades.get('m:id3')).toEqual({ is: 'other' });
  });
});

describe('sizeItems', () => {
  it('draws the smallest model smallest and the largest largest', () => {
    const { index, plan } = placed(lineage(9, []));
    const sizes = sizeItems(index, plan.items, 'bytes');
    expect(sizes.get('m:id0')).toBe(diameters.least);
    expect(sizes.get('m:id8')).toBe(diameters.greatest);
    expect(new Set(sizeItems(index, plan.items, 'none').values())).toEqual(
      new Set([diameters.plain]),
    );
  });
});

describe('edgeBows', () => {
  it('bends an edge round the model in the middle of its line, and no other', () => {
    const { plan, positions } = placed(
      lineage(3, [edgeBetween(0, 1, 'version'), edgeBetween(1, 2, 'version'), edgeBetween(0, 2)]),
    );
    const bows = edgeBows(plan, positions);
    expect(bows.get('version m:id0 m:id1')).toBe(0);
    expect(Math.abs(bows.get('provenance m:id0 m:id2') ?? 0)).toBeGreaterThan(20);
  });

  it('keeps edges of both kinds between the same two models apart', () => {
    const { plan, positions } = placed(
      lineage(2, [edgeBetween(0, 1), edgeBetween(0, 1, 'version')]),
    );
    const [a, b] = [...edgeBows(plan, positions).values()];
    expect((a ?? 0) * (b ?? 0)).toBeLessThan(0);
  });
});

describe('moveFocus', () => {
  it('goes to a child on the right, to a parent on the left and to siblings up and down', () => {
    const { plan, positions } = placed(lineage(3, [edgeBetween(0, 1), edgeBetween(0, 2)]));
    const [top, bottom] =
      at(positions, 3) < at(positions, 5) ? ['m:id1', 'm:id2'] : ['m:id2', 'm:id1'];
    expect(['m:id1', 'm:id2']).toContain(moveFocus(plan, positions, 'm:id0', 'right'));
    expect(moveFocus(plan, positions, top, 'down')).toBe(bottom);
    expect(moveFocus(plan, positions, bottom, 'up')).toBe(top);
    expect(moveFocus(plan, positions, top, 'left')).toBe('m:id0');
    expect(moveFocus(plan, positions, 'm:id0', 'left')).toBe('m:id0');
    expect(moveFocus(plan, positions, undefined, 'right')).toBe('m:id0');
  });

  it('stays within the plan, and reaches every model by some keys', () => {
    fc.assert(
      fc.property(anyLineage(15), (graph) => {
        const { plan, positions } = placed(graph);
        const reached = new Set<string>();
        const next = [plan.items[0]?.key ?? ''];
        for (let key = next.pop(); key !== undefined; key = next.pop()) {
          if (reached.has(key)) continue;
          reached.add(key);
          for (const move of ['left', 'right', 'up', 'down', 'first', 'last'] as const) {
            next.push(moveFocus(plan, positions, key, move) ?? '');
          }
        }
        expect([...reached].sort()).toEqual(plan.items.map(({ key }) => key).sort());
      }),
    );
  });
});

describe('describeItem', () => {
  it('names parents with their doubt and counts children', () => {
    const doubtful = {
      ...edgeBetween(0, 1, 'provenance', 'inferred'),
      evidence: {
        rule: 'r',
        relation: 'finetuned',
        confidence: 0.9,
        direction: { confidence: 0.5, because: '' },
        facts: [],
      },
    };
    const graph = lineage(4, [doubtful, edgeBetween(1, 2), edgeBetween(1, 3, 'version')]);
    const { index, plan } = placed(graph);
    const say = (key: string) =>
      plan.items.filter((item) => item.key === key).map((item) => describeItem(index, plan, item));
    expect(say('m:id1')).toEqual([
      'model-1, child of model-0 (inferred, direction open), 1 child, 1 newer version.',
    ]);
  });

  it('says what a folded family holds', () => {
    const index = indexLineage(lineage(3, [edgeBetween(0, 1), edgeBetween(0, 2)]));
    const step = { is: 'fold-family', node: 'id0' as NodeId } as const;
    const plan = planView(index, withStep(openingState, step));
    expect(plan.items.map((item) => describeItem(index, plan, item))).toEqual([
      'family of model-0, 3 models, folded, no known relatives.',
    ]);
  });
});
