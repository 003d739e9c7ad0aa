import { describe, expect, it } from 'vitest';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray, ndArrayOf } from '../evaluate/ndArray.ts';
import { architectureKey, evaluationNetwork, weightsAsInputs } from './evaluationNetwork.ts';
import { mlp, noise } from './trainHost.fixture.ts';

const network = mlp([5, 4, 3], 'Softmax');
const x = ndArray('f32', [6, 5], Array.from({ length: 30 }, noise(2)));

function values(made: { readonly network: Network; readonly weights: readonly string[] }) {
  const feeds = made.weights.flatMap((name) => {
    const tensor = network.initializers.get(name);
    return tensor ? [[name, ndArrayOf(tensor)] as const] : [];
  });
  return [...evaluate(made.network, new Map([['x', x], ...feeds])).values()][0]?.data;
}

describe('a network with its weights as inputs', () => {
  const plain = evaluate(network, new Map([['x', x]])).get('y')?.data;

  it('gives what the network gives', () => {
    expect(values(weightsAsInputs(network))).toEqual(plain);
    expect(values(evaluationNetwork(network, 6))).toEqual(plain);
  });

  it('has no weights inside, and a fixed batch when it is lowered', () => {
    for (const made of [weightsAsInputs(network), evaluationNetwork(network, 6)]) {
      expect(made.weights).toEqual(['w0', 'b0', 'w1', 'b1']);
      expect([...made.network.initializers.keys()]).toEqual([]);
    }
    expect(evaluationNetwork(network, 6).network.inputs[0]?.shape).toEqual([6, 5]);
    expect(weightsAsInputs(network).network.inputs[0]?.shape).toEqual(['batch', 5]);
  });
});

describe('the key of an architecture', () => {
  const key = architectureKey(network);
  const changed = (edit: (tensors: Map<string, Literal>) => void) => {
    const initializers = new Map(network.initializers);
    edit(initializers);
    return architectureKey({ ...network, initializers });
  };

  it('does not depend on the values of weights, nor on names of nodes and values inside', () => {
    const other = changed((tensors) => {
      for (const [name, tensor] of tensors)
        tensors.set(name, { ...tensor, bytes: tensor.bytes.map((byte) => byte ^ 1) });
    });
    expect(other).toBe(key);
    const called = (name: string) => (/^[zh]/.test(name) ? `other_${name}` : name);
    const renamed = network.nodes.map((node) => ({
      ...node,
      name: '',
      inputs: node.inputs.map(called),
      outputs: node.outputs.map(called),
    }));
    expect(architectureKey({ ...network, nodes: renamed })).toBe(key);
  });

  it('depends on shapes, operators, attributes and constants', () => {
    expect(architectureKey(mlp([5, 4, 2], 'Softmax'))).not.toBe(key);
    expect(architectureKey(mlp([5, 4, 3], 'Sigmoid'))).not.toBe(key);
    expect(architectureKey(mlp([5, 4, 3]))).not.toBe(key);
    const clipped = (limit: number): Network => ({
      ...network,
      nodes: network.nodes.map((node) =>
        node.op === 'Relu'
          ? { ...node, op: 'LeakyRelu', attributes: { alpha: { is: 'float', value: limit } } }
          : node,
      ),
    });
    expect(architectureKey(clipped(0.1))).not.toBe(architectureKey(clipped(0.2)));
    expect(architectureKey(clipped(Infinity))).not.toBe(architectureKey(clipped(0.2)));
  });

  it('leaves the weights of the network as they were', () => {
    expect(numbersOf(network.initializers.get('w0') ?? fail()).length).toBe(20);
  });
});

function fail(): never {
  throw new Error('not there');
}
