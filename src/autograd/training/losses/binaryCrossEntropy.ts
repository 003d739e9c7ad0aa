import type { Loss } from '../../../core/training/settings.ts';
import { total } from '../total.ts';
import { exampleSize, spread, type LossInputs, type LossNodes } from './lossNodes.ts';

/**
 * Binary cross-entropy of logits x with targets t of the same shape, mean over an example's elements:
 * `(1 − t)·x + l·softplus(−x)` with `l = 1 + (p − 1)·t`, p the weight of positives and
 * `softplus(−x) = max(−x, 0) + log(1 + exp(−|x|))`, which no finite x overflows.
 *
 * Source: PyTorch, torch.nn.BCEWithLogitsLoss.
 */
export function binaryCrossEntropy(
  { b, output, target, weights }: LossInputs,
  { positiveWeight = 1 }: Extract<Loss, { is: 'binary-cross-entropy' }>,
): LossNodes {
  const shape = b.shape(output);
  const one = b.scalar(1);
  const share = b.op('Mul', [spread(b, weights, shape.length), b.scalar(1 / exampleSize(shape))]);
  const negative = b.op('Neg', [output]);
  const decay = b.op('Exp', [b.op('Neg', [b.op('Abs', [output])])]);
  const softplus = b.op('Add', [
    b.op('Relu', [negative]),
    b.op('Log', [b.op('Add', [decay, one])]),
  ]);
  const miss = b.op('Sub', [one, target]);
  const wrong = b.op('Mul', [miss, output]);
  if (positiveWeight === 1)
    return {
      loss: total(b, b.op('Mul', [b.op('Add', [wrong, softplus]), share])),
      gradient: b.op('Mul', [b.op('Sub', [b.op('Sigmoid', [output]), target]), share]),
    };
  const factor = b.op('Add', [b.op('Mul', [target, b.scalar(positiveWeight - 1)]), one]);
  const slope = b.op('Sub', [miss, b.op('Mul', [factor, b.op('Sigmoid', [negative])])]);
  return {
    loss: total(b, b.op('Mul', [b.op('Add', [wrong, b.op('Mul', [factor, softplus])]), share])),
    gradient: b.op('Mul', [slope, share]),
  };
}
