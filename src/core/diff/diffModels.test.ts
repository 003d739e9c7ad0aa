import { describe, expect, it } from 'vitest';
import type { Architecture, Layer, LayerEdge } from '../architecture.ts';
import type { NodeId } from '../ids.ts';
import { diffModels, type DiffSide } from './diffModels.ts';

/** A model of layers "Linear 64→32 content", in a chain, each with one matrix. */
function model(layers: readonly string[], changes: Partial<Architecture> = {}): DiffSide {
  const parsed = layers.map((text) => /^(\w+) (\d+)→(\d+) (\w+)$/.exec(text)?.slice(1) ?? []);
  const architecture: Architecture = {
    layers: parsed.map(([kind = '', from, to], i): Layer => ({
      name: `layer${i}`,
      kind,
      attributes: { in: Number(from), out: Number(to) },
      parameters: [{ slot: 'weight', tensor: i, transposed: false }],
    })),
    edges: layers.concat('OUT').map((_, i): LayerEdge => ({
      from: i === 0 ? 'IN' : i - 1, to: i === layers.length ? 'OUT' : i, via: [],
    })), // prettier-ignore
    assumedEdges: false,
    inputs: [], outputs: [], opsets: {}, operators: {}, parameterCount: 0, unusedTensors: [], metadata: {},
    ...changes,
  }; // prettier-ignore
  const tensors = parsed.map(([, from, to, content], i) => ({
    name: `layer${i}.weight`, dtype: 'f32' as const, shape: [Number(to), Number(from)], content,
  })); // prettier-ignore
  return { id: 'x' as NodeId, architecture, tensors };
}

const layers = ['Linear 64→32 a', 'Linear 32→16 b', 'Linear 16→10 c'];

describe('the diff of two models', () => {
  it.each([
    ['identical', layers, [0, 0, 0, 0]],
    ['last layer retrained', [...layers.slice(0, 2), 'Linear 16→10 z'], [0, 4 / 6, 0, 0.5]],
    ['head replaced', [...layers.slice(0, 2), 'Linear 16→2 z'], [4 / 6, 4 / 6, 0.5, 0.5]],
    ['middle layer retrained', [layers[0] ?? '', 'Linear 32→16 z', layers[2] ?? ''], [0, 4 / 6, 0, 0.5]],
    ['a layer inserted', [...layers.slice(0, 2), 'Linear 16→16 n', layers[2] ?? ''], [3 / 7, 3 / 7, 1 / 3, 1 / 3]],
    ['all retrained', ['Linear 64→32 x', 'Linear 32→16 y', 'Linear 16→10 z'], [0, 8 / 6, 0, 1]],
    ['unrelated', ['Linear 9→9 x', 'Linear 9→3 y'], [1.4, 1.4, 1, 1]],
  ])('has the divergences of the worked table: %s', (_, child, numbers) => {
    for (const [a, b] of [[layers, child], [child, layers]] as const) {
      const { paper, bounded } = diffModels(model(a), model(b));
      const found = [paper.structural, paper.contextual, bounded.structural, bounded.contextual];
      for (const [i, number] of numbers.entries()) expect(found[i]).toBeCloseTo(number, 9);
    }
  }); // prettier-ignore

  it('gives the order example of the reference its numbers', () => {
    const diff = diffModels(
      model(['Y 1→1 a', 'X 1→1 b', 'Y 1→1 c']),
      model(['X 1→1 d', 'Y 1→1 e', 'Y 1→1 f']),
    );
    expect(diff.paper.structural).toBe(1);
    expect(diff.bounded.structural).toBeLessThanOrEqual(0.75);
  });

  it('lists layers and tensors in one order, with what tells them apart', () => {
    const child = ['Linear 64→32 a', 'Linear 32→24 z', 'Conv 1→1 n', 'Linear 16→10 c'];
    const { layers: rows, tensors, summary } = diffModels(model(layers), model(child));
    expect(rows.map(({ is, label, notes }) => [is, label, ...notes])).toEqual([
      ['equal', 'layer0 (Linear 64→32)'],
      ['reshaped', 'layer1 (Linear 32→24)', 'out 16 → 24'],
      ['added', 'layer2 (Conv 1→1)'],
      ['equal', 'layer3 (Linear 16→10)', 'called layer2 in the first'],
    ]);
    expect(tensors.map(({ is, by, layer }) => [is, by, layer])).toEqual([
      ['equal', 'content', 0], ['reshaped', 'layer', 1], ['added', '', 2], ['equal', 'content', 3],
    ]); // prettier-ignore
    expect(summary).toBe('4 layers: 1 reshaped, 1 added');
  });

  it('tells other operators between the same layers', () => {
    const via = (operator: string): DiffSide => {
      const plain = model(layers);
      const edges = plain.architecture.edges.map((edge) => ({ ...edge, via: edge.from === 0 ? [operator] : [] })); // prettier-ignore
      return { ...plain, architecture: { ...plain.architecture, edges } };
    };
    const { edges, summary } = diffModels(via('Relu'), via('Gelu'));
    expect(edges).toEqual([
      { from: 0, to: 1, side: 'a', is: 'operators', via: ['Relu'] },
      { from: 0, to: 1, side: 'b', is: 'operators', via: ['Gelu'] },
    ]);
    expect(summary).toBe('3 layers: other operators on 1 edge');
  });

  it('does not take a small tensor that is equal by chance from its own layer', () => {
    const a = model(['Linear 4→4 a', 'Linear 4→4 zero', 'Linear 4→4 c']);
    const b = model(['Linear 4→4 a', 'Linear 4→4 new', 'Linear 4→4 c']);
    expect(diffModels(a, b).tensors.map(({ a: x, b: y }) => [x?.index, y?.index])).toEqual([
      [0, 0], [1, 1], [2, 2],
    ]); // prettier-ignore
  });
});
