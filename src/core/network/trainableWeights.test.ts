import { describe, expect, it } from 'vitest';
import { elementCount } from '../dtype.ts';
import { attribute } from './attributes.ts';
import { literal } from './literal.ts';
import type { Literal, Network, OpNode } from './network.ts';
import { headWeights, lastLayers, networkWeights, trainableWeights } from './trainableWeights.ts';

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: OpNode['attributes'] = {},
): OpNode {
  return { op, name: output, inputs, outputs: [output], attributes };
}

function networkOf(nodes: readonly OpNode[], tensors: Readonly<Record<string, Literal>>): Network {
  return {
    name: 'n',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', 3, 8, 8] }],
    outputs: [{ name: nodes.at(-1)?.outputs[0] ?? '', dtype: 'f32', shape: ['batch', 4] }],
    initializers: new Map(Object.entries(tensors)),
    nodes,
  };
}

const floats = (...shape: number[]) =>
  literal('f32', shape, new Float32Array(elementCount(shape)).fill(1));

/** Dense layers one after the other, the last one making `y`. */
function chain(sizes: readonly number[]): Network {
  const layers = sizes.length - 1;
  const tensors = sizes
    .slice(1)
    .flatMap((out, layer) => [
      [`w${layer}`, floats(sizes[layer] ?? 1, out)] as const,
      [`b${layer}`, floats(out)] as const,
    ]);
  const nodes = sizes
    .slice(1)
    .map((_, layer) =>
      node(
        'Gemm',
        [layer === 0 ? 'x' : `h${layer}`, `w${layer}`, `b${layer}`],
        layer === layers - 1 ? 'y' : `h${layer + 1}`,
      ),
    );
  return networkOf(nodes, Object.fromEntries(tensors));
}

const cnn = networkOf(
  [
    node('Sub', ['x', 'pixel_mean'], 'centred'),
    node('Conv', ['centred', 'conv.weight'], 'a'),
    node('BatchNormalization', ['a', 'bn.weight', 'bn.bias', 'bn.mean', 'bn.var'], 'n'),
    node('Relu', ['n'], 'r'),
    node('Transpose', ['fc.weight'], 't', { perm: attribute([1, 0]) }),
    node('Flatten', ['r'], 'f'),
    node('MatMul', ['f', 't'], 'm'),
    node('Add', ['fc.bias', 'm'], 's'),
    node('Mul', ['s', 'half'], 'scaled'),
    node('Add', ['scaled', 'onnx::Add_12'], 'shifted'),
    node('Reshape', ['shifted', 'shape'], 'y'),
  ],
  {
    pixel_mean: floats(1, 3, 1, 1),
    'conv.weight': floats(2, 3, 3, 3),
    'bn.weight': floats(2),
    'bn.bias': floats(2),
    'bn.mean': floats(2),
    'bn.var': floats(2),
    'fc.weight': floats(4, 72),
    'fc.bias': floats(4),
    half: floats(),
    'onnx::Add_12': floats(3, 4),
    shape: literal('i64', [2], [-1, 4]),
    unused: floats(5),
  },
);

describe('the weights of a network', () => {
  it('are found by their use, in dataflow order, grouped by layer', () => {
    const { layers, statistics } = networkWeights(cnn);
    expect(layers.map(({ op, weights }) => [op, weights.map(({ name }) => name)])).toEqual([
      ['Conv', ['conv.weight', 'bn.weight', 'bn.bias']],
      ['MatMul', ['fc.weight', 'fc.bias']],
    ]);
    expect(statistics).toEqual(['bn.mean', 'bn.var']);
  });

  it('have parts, which decide what decays', () => {
    const parts = networkWeights(cnn).layers.flatMap(({ weights }) => weights);
    expect(parts.map(({ part }) => part)).toEqual([
      'kernel',
      'normalisation',
      'normalisation',
      'kernel',
      'bias',
    ]);
  });

  it('leaves out a constant of a formula but not a tensor named by a person', () => {
    const named = networkOf(
      [
        node('Conv', ['x', 'w'], 'a'),
        node('Add', ['a', 'pos_embed'], 'b'),
        node('Mul', ['b', '/model/Constant_output_0'], 'y'),
      ],
      {
        w: floats(2, 3, 1, 1),
        pos_embed: floats(2, 8, 8),
        '/model/Constant_output_0': floats(8, 8),
      },
    );
    expect(trainableWeights(named)).toEqual(['w', 'pos_embed']);
  });

  it('counts a tensor used twice once', () => {
    const tied = networkOf(
      [
        node('Gather', ['embedding', 'ids'], 'e'),
        node('Transpose', ['embedding'], 't'),
        node('MatMul', ['e', 't'], 'y'),
      ],
      { embedding: floats(9, 4), ids: literal('i64', [2], [0, 1]) },
    );
    expect(trainableWeights(tied)).toEqual(['embedding']);
  });

  it('of the last layers are those of the end', () => {
    const network = chain([5, 4, 3, 2]);
    expect(lastLayers(network, 1)).toEqual(['w2', 'b2']);
    expect(lastLayers(network, 2)).toEqual(['w1', 'b1', 'w2', 'b2']);
    expect(lastLayers(network, 99)).toEqual(trainableWeights(network));
    expect(lastLayers(network, 0)).toEqual([]);
  });

  it('of a head are of the layer nearest to its output', () => {
    const base = chain([5, 4]);
    const heads: Network = {
      ...base,
      nodes: [...base.nodes, node('Gemm', ['y', 'wa'], 'a'), node('Gemm', ['y', 'wb'], 'b')],
      initializers: new Map([...base.initializers, ['wa', floats(4, 2)], ['wb', floats(4, 2)]]),
    };
    expect(headWeights(heads, 'a')).toEqual(['wa']);
    expect(headWeights(heads, 'b')).toEqual(['wb']);
    expect(headWeights(heads, 'y')).toEqual(['w0', 'b0']);
  });
});
