import type { Network } from '../network/network.ts';
import { linear } from './layers.ts';
import { modelBuilder } from './modelBuilder.ts';

/** A multi-layer perceptron with ReLU: `input` f32 `[batch, inputs]` → `logits` `[batch, classes]`. */
export function mlp(sizes: {
  readonly inputs: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly classes: number;
  readonly seed: number;
}): Network {
  const { inputs, hidden, classes, seed } = sizes;
  const to = modelBuilder('mlp', seed);
  let x = to.input('input', 'f32', ['batch', inputs]);
  let width = inputs;
  for (const [index, units] of hidden.entries()) {
    x = to.node('Relu', [linear(to, x, `layers.${index}`, width, units)]);
    width = units;
  }
  const logits = linear(to, x, 'head', width, classes);
  return to.finish(logits, 'logits', ['batch', classes]);
}
