import { literal } from '../../../core/network/literal.ts';
import type { Loss } from '../../../core/training/settings.ts';
import type { GraphBuilder } from '../../graphBuilder.ts';
import { reduce } from '../../gradients/reduce.ts';
import { total } from '../total.ts';
import type { LossInputs, LossNodes } from './lossNodes.ts';

/**
 * Cross-entropy of logits `[batch, …, classes]` with class indices i32 `[batch, …]`, weights of the
 * indices' shape. With class weights w and smoothing ε the target distribution of class y is
 * `q_c = w_c · ((1 − ε)·[c = y] + ε / classes)`; loss = −Σ q_c · log softmax(z)_c, derivative
 * `softmax(z)·Σ q − q`. Stable for any finite logits, as the largest is subtracted first. An index −1
 * (not labelled) matches no class; its weight must be 0.
 *
 * Source: PyTorch, torch.nn.CrossEntropyLoss.
 */
export function crossEntropy(
  { b, output, target, weights }: LossInputs,
  loss: Extract<Loss, { is: 'cross-entropy' }>,
): LossNodes {
  const shape = b.shape(output);
  const classes = shape[shape.length - 1] ?? 1;
  const { shifted, sum, probabilities } = softmaxParts(b, output);
  const q = targetDistribution(b, target, classes, loss);
  const column = b.op('Unsqueeze', [weights, b.ints([-1])]);
  const weighted = b.op('Mul', [q, column]);
  const mass =
    loss.classWeights === undefined ? column : reduce(b, 'Sum', weighted, [shape.length - 1], true);
  return {
    loss: total(b, b.op('Mul', [weighted, b.op('Sub', [b.op('Log', [sum]), shifted])])),
    gradient: b.op('Sub', [b.op('Mul', [probabilities, mass]), weighted]),
  };
}

/** Softmax over the last axis and what its logarithm is made of: log p = shifted − log sum. */
export function softmaxParts(
  b: GraphBuilder,
  logits: string,
): { readonly shifted: string; readonly sum: string; readonly probabilities: string } {
  const last = b.shape(logits).length - 1;
  const shifted = b.op('Sub', [logits, reduce(b, 'Max', logits, [last], true)]);
  const powers = b.op('Exp', [shifted]);
  const sum = reduce(b, 'Sum', powers, [last], true);
  return { shifted, sum, probabilities: b.op('Div', [powers, sum]) };
}

function targetDistribution(
  b: GraphBuilder,
  target: string,
  classes: number,
  { classWeights, labelSmoothing = 0 }: Extract<Loss, { is: 'cross-entropy' }>,
): string {
  const all = Int32Array.from({ length: classes }, (_, index) => index);
  const column = b.op('Unsqueeze', [target, b.ints([-1])]);
  const is = b.op('Equal', [column, b.constant(literal('i32', [classes], all))]);
  if (classWeights === undefined && labelSmoothing === 0) return b.op('Cast', [is], { to: 1 });
  const weight = Array.from({ length: classes }, (_, index) => classWeights?.[index] ?? 1);
  const low = weight.map((each) => (each * labelSmoothing) / classes);
  const high = weight.map((each, index) => each * (1 - labelSmoothing) + (low[index] ?? 0));
  return b.op('Where', [is, b.floats([classes], high), b.floats([classes], low)]);
}
