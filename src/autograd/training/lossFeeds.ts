import type { Loss } from '../../core/training/settings.ts';

/** Numbers to feed a loss with, for all examples of one optimiser step. */
export interface LossFeeds {
  /** As given, with 0 where there is no number. */
  readonly targets: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** As `weightShape` (losses.ts) says; all 0 if nothing is labelled. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Targets and weights of the examples of one optimiser step, all its micro-batches together. Weights
 * are divided by their sum, so the parts of a batch add up to the batch's mean whatever its parts are;
 * what is not labelled (class −1, NaN) weighs nothing, and a batch without any label has loss 0.
 *
 * As in PyTorch, class weights take part in the sum, and a mean is over examples and elements.
 *
 * @param targets - row-major: class indices, or numbers of the output's shape; empty for `triplet`.
 * @param examples - how many there are; `targets.length` is a multiple.
 * @param given - weight of each example; all 1 when absent. 0 for one that only fills a batch.
 */
export function lossFeeds(
  loss: Loss,
  targets: ArrayLike<number>,
  examples: number,
  given?: ArrayLike<number>,
): LossFeeds {
  const weightOf = (example: number) => given?.[example] ?? 1;
  if (loss.is === 'triplet') {
    const each = Float64Array.from({ length: Math.floor(examples / 3) }, (_, at) =>
      Math.min(weightOf(3 * at), weightOf(3 * at + 1), weightOf(3 * at + 2)),
    );
    return { targets: new Float32Array(0), weights: normalised(each, each) };
  }
  const perExample = examples === 0 ? 0 : targets.length / examples;
  if (loss.is === 'cross-entropy') {
    const labels = Int32Array.from(targets);
    const each = Float64Array.from(labels, (label, at) =>
      label < 0 ? 0 : weightOf(Math.floor(at / perExample)),
    );
    const counted = each.map((weight, at) => weight * (loss.classWeights?.[labels[at] ?? 0] ?? 1));
    return { targets: labels, weights: normalised(each, counted) };
  }
  const numbers = Float32Array.from(targets);
  const each = Float64Array.from({ length: examples }, (_, at) =>
    numbers.subarray(at * perExample, (at + 1) * perExample).some(Number.isNaN) ? 0 : weightOf(at),
  );
  return {
    targets: numbers.map((number) => (Number.isNaN(number) ? 0 : number)),
    weights: normalised(each, each),
  };
}

function normalised(weights: Float64Array, counted: Float64Array): Float32Array<ArrayBuffer> {
  const sum = counted.reduce((left, right) => left + right, 0);
  return Float32Array.from(weights, (weight) => (sum === 0 ? 0 : weight / sum));
}
