import type { Loss } from '../../core/training/settings.ts';
import type { ValueType } from '../known.ts';
import { binaryCrossEntropy } from './losses/binaryCrossEntropy.ts';
import { crossEntropy } from './losses/crossEntropy.ts';
import { distillation } from './losses/distillation.ts';
import { cosineDistance, triplet } from './losses/embedding.ts';
import type { LossInputs, LossNodes } from './losses/lossNodes.ts';
import { huber, meanAbsoluteError, meanSquaredError } from './losses/regression.ts';

/**
 * Adds the nodes of a loss and of its derivative by the output.
 *
 * @throws LineageError `data-unfit`.
 */
export function lossNodes(loss: Loss, inputs: LossInputs): LossNodes {
  switch (loss.is) {
    case 'cross-entropy':
      return crossEntropy(inputs, loss);
    case 'binary-cross-entropy':
      return binaryCrossEntropy(inputs, loss);
    case 'mean-squared-error':
      return meanSquaredError(inputs);
    case 'mean-absolute-error':
      return meanAbsoluteError(inputs);
    case 'huber':
      return huber(inputs, loss.delta);
    case 'triplet':
      return triplet(inputs, loss.margin);
    case 'cosine':
      return cosineDistance(inputs);
    case 'distillation':
      return distillation(inputs, loss.temperature);
  }
}

/**
 * What a loss on an output of `shape` takes as target: class indices i32 of the shape without its last
 * axis, or f32 of the output's own shape; undefined for a loss without one.
 */
export function targetType(loss: Loss, shape: readonly number[]): ValueType | undefined {
  if (loss.is === 'triplet') return undefined;
  return loss.is === 'cross-entropy'
    ? { dtype: 'i32', shape: shape.slice(0, -1) }
    : { dtype: 'f32', shape };
}

/** Shape of the f32 weights of a loss: one per class index, per triplet, or per example. */
export function weightShape(loss: Loss, shape: readonly number[]): readonly number[] {
  const [batch = 1] = shape;
  if (loss.is === 'cross-entropy') return shape.slice(0, -1);
  return loss.is === 'triplet' ? [batch / 3] : [batch];
}
