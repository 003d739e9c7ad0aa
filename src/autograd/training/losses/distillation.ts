import { reduce } from '../../gradients/reduce.ts';
import { total } from '../total.ts';
import { softmaxParts } from './crossEntropy.ts';
import { spread, type LossInputs, type LossNodes } from './lossNodes.ts';

/**
 * `T²·KL(softmax(t/T) ‖ softmax(x/T))` of logits x to a teacher's logits t over the last axis, mean over
 * an example's other positions. Derivative by x: `T·(softmax(x/T) − softmax(t/T))`.
 *
 * Source: Hinton et al., Distilling the Knowledge in a Neural Network, arXiv 1503.02531, §2.
 */
export function distillation(
  { b, output, target, weights }: LossInputs,
  temperature: number,
): LossNodes {
  const shape = b.shape(output);
  const rank = shape.length;
  const positions = shape.slice(1, -1).reduce((product, extent) => product * extent, 1);
  const cooled = b.scalar(1 / temperature);
  const student = softmaxParts(b, b.op('Mul', [output, cooled]));
  const teacher = softmaxParts(b, b.op('Mul', [target, cooled]));
  const share = b.op('Mul', [spread(b, weights, rank), b.scalar(temperature / positions)]);
  const logOf = ({ shifted, sum }: typeof student) => b.op('Sub', [shifted, b.op('Log', [sum])]);
  const difference = b.op('Sub', [logOf(teacher), logOf(student)]);
  const terms = b.op('Mul', [teacher.probabilities, difference]);
  const each = reduce(b, 'Sum', terms, [rank - 1], true);
  return {
    loss: total(b, b.op('Mul', [each, b.op('Mul', [share, b.scalar(temperature)])])),
    gradient: b.op('Mul', [b.op('Sub', [student.probabilities, teacher.probabilities]), share]),
  };
}
