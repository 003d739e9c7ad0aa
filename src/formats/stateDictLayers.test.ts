import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorEntry } from '../core/snapshot.ts';
import { naturalOrder, stateDictLayers } from './stateDictLayers.ts';

function entries(shapes: Record<string, number[]>): TensorEntry[] {
  return Object.entries(shapes).map(([name, shape], payload) => ({
    name, dtype: 'f32', shape, payload, role: 'weight',
  })); // prettier-ignore
}

describe('the layer graph of a state dict', () => {
  it('classes groups by shape and suffix, in natural order, and joins them in an assumed chain', () => {
    const { layers, edges, assumedEdges } = stateDictLayers(
      entries({
        'layer10.weight': [10, 64], 'layer10.bias': [10],
        'layer2.weight': [16, 3, 3, 3],
        'bn.weight': [16], 'bn.bias': [16], 'bn.running_mean': [16], 'bn.running_var': [16],
        'wte.weight': [100, 8], 'head.weight': [100, 8],
        'rnn.weight_ih_l0': [32, 4], 'rnn.weight_hh_l0': [32, 8], 'rnn.bias_ih_l0': [32],
        'ln.weight': [8], 'ln.bias': [8],
        'odd.a': [2, 2], 'odd.b': [3, 3], 'odd.c': [1],
      }),
      {},
    ); // prettier-ignore
    expect(layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'bn BatchNormalization', 'head Linear', 'layer2 Conv', 'layer10 Linear', 'ln Norm',
      'odd Params', 'rnn LSTM', 'wte Embedding',
    ]); // prettier-ignore
    expect(layers[2]?.attributes).toEqual({
      rank: 2,
      inC: 3,
      outC: 16,
      kernel: [3, 3],
      hasBias: 0,
    });
    expect(layers[3]?.attributes).toEqual({ in: 64, out: 10, hasBias: 1 });
    expect(layers[0]?.parameters.map(({ slot }) => slot)).toEqual(['scale', 'bias', 'mean', 'var']);
    expect(assumedEdges).toBe(true);
    expect(edges.map(({ from, to }) => [from, to])).toEqual(
      [['IN', 0], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7], [7, 'OUT']],
    ); // prettier-ignore
  });

  it('does not depend on the order of the tensors', () => {
    const tensors = entries({ 'a.weight': [2, 2], 'b.weight': [2], 'c.1': [3], 'c.2': [4] });
    const order = ({ layers }: ReturnType<typeof stateDictLayers>) =>
      layers.map(({ name, kind }) => [name, kind]);
    expect(order(stateDictLayers([...tensors].reverse(), {}))).toEqual(order(stateDictLayers(tensors, {}))); // prettier-ignore
  });

  it('leaves out optimiser state and counters', () => {
    const [weight] = entries({ 'a.weight': [2, 2] });
    if (weight === undefined) throw new Error('no tensor');
    const tensors: TensorEntry[] = [
      weight,
      { ...weight, name: 'optimizer.state.0.exp_avg', role: 'optimizer' },
      { ...weight, name: 'steps', role: 'constant', shape: [] },
    ];
    const { layers, unusedTensors, parameterCount } = stateDictLayers(tensors, {});
    expect([layers.length, unusedTensors, parameterCount]).toEqual([1, [1, 2], 4]);
  });
});

describe('the natural order of names', () => {
  const name = fc.stringMatching(/^([a-c]|[0-9]{1,3}|\.){0,6}$/);

  it('is a total order', () => {
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(naturalOrder(a, b))).toBe(-Math.sign(naturalOrder(b, a)) + 0);
        expect(naturalOrder(a, b) === 0).toBe(a === b);
        if (naturalOrder(a, b) < 0 && naturalOrder(b, c) < 0)
          expect(naturalOrder(a, c)).toBeLessThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('orders numbers by value', () => {
    expect(['a.10', 'a.9', 'a.1', 'a.010'].sort(naturalOrder)).toEqual(['a.1', 'a.9', 'a.010', 'a.10']); // prettier-ignore
  });
});
