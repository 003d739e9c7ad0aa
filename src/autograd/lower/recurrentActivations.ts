import { floatAttribute, floatsOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { unsupported } from '../unsupported.ts';

/** An activation of a recurrent node, added to a graph. */
export type Activation = (b: GraphBuilder, value: string) => string;

const named: Readonly<Record<string, readonly [op: string, alpha?: number, beta?: number]>> = {
  sigmoid: ['Sigmoid'],
  tanh: ['Tanh'],
  relu: ['Relu'],
  softplus: ['Softplus'],
  hardsigmoid: ['HardSigmoid', 0.2, 0.5],
  leakyrelu: ['LeakyRelu', 0.01],
  elu: ['Elu', 1],
  thresholdedrelu: ['ThresholdedRelu', 1],
};

const defaults: Readonly<Record<number, readonly string[]>> = {
  1: ['Tanh'],
  3: ['Sigmoid', 'Tanh'],
  4: ['Sigmoid', 'Tanh', 'Tanh'],
};

/**
 * The activations of one direction: of the gates, of the candidate, of an LSTM's output. Parameters are
 * given only for the activations that take some, in order, all directions together.
 *
 * @throws LineageError `network-unsupported` for an activation that is not known here.
 */
export function activationsOf(
  node: OpNode,
  gates: number,
  way: number,
  ways: number,
): readonly Activation[] {
  const usual = defaults[gates] ?? [];
  const given = node.attributes['activations'];
  const names =
    given?.is === 'strings' && given.value.length > 0
      ? given.value
      : Array.from({ length: ways }, () => usual).flat();
  const alphas = [...(floatsOf(node, 'activation_alpha') ?? [])];
  const betas = [...(floatsOf(node, 'activation_beta') ?? [])];
  const all = names.map((name): Activation => {
    const [op, alpha, beta] = named[name.toLowerCase()] ?? [];
    if (op === undefined) throw unsupported(node, `the activation ${name}`);
    const attributes = {
      ...(alpha === undefined ? {} : { alpha: floatAttribute(alphas.shift() ?? alpha) }),
      ...(beta === undefined ? {} : { beta: floatAttribute(betas.shift() ?? beta) }),
    };
    return (b, value) => b.op(op, [value], attributes);
  });
  return all.slice(way * usual.length, (way + 1) * usual.length);
}
