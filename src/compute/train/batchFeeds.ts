import { lossFeeds, type LossFeeds } from '../../autograd/training/lossFeeds.ts';
import type { FeedTensor } from '../../autograd/training/stepTypes.ts';
import type { Batch, BatchNumbers } from '../../core/data/batches.ts';
import { randomFrom } from '../../core/data/random.ts';
import { elementCount } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import { literal } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Head } from '../../core/training/settings.ts';

/** One optimiser step's examples and what goes with them. */
export interface StepBatch {
  /** 1-based. */
  readonly step: number;
  readonly batch: Batch;
  /** By index of the head, for the whole batch. */
  readonly losses: readonly LossFeeds[];
  readonly scalars: Readonly<Record<string, number>>;
}

/** Keeps the seeds of a run's graphs apart from its other random streams. */
const graphStream = 3;

/**
 * Targets and weights of a batch for each head.
 *
 * @param examples - of the batch those that count; the ones after only fill it up.
 */
export function headFeeds(heads: readonly Head[], batch: Batch, examples: number): LossFeeds[] {
  const counted = Float32Array.from({ length: batch.count }, (_, at) => (at < examples ? 1 : 0));
  return heads.map(({ output, loss }) => {
    const targets = batch.targets.get(output) ?? new Float32Array(0);
    if (targets.length === 0 && loss.is !== 'triplet')
      throw new LineageError('data-unfit', { reason: `no column is chosen for output ${output}` });
    return lossFeeds(loss, softened(loss, targets), batch.count, counted);
  });
}

/** Classes 0 and 1 as the numbers that a yes-or-no loss takes: NaN for none, and less sure if smoothed. */
function softened(loss: Head['loss'], targets: BatchNumbers): ArrayLike<number> {
  if (loss.is !== 'binary-cross-entropy') return targets;
  const { labelSmoothing = 0 } = loss;
  const classes = targets instanceof Int32Array;
  return Float32Array.from(targets, (target) =>
    classes && target < 0 ? Number.NaN : target * (1 - labelSmoothing) + labelSmoothing / 2,
  );
}

/** What a graph's random values of one run are made from. */
export function graphSeed(seed: number, step: number, microBatch: number): number {
  return randomFrom(seed, step, microBatch, graphStream).word() | 0;
}

/**
 * The tensors that a run is fed with anew.
 *
 * @param part - which of `parts` equal parts of the batch.
 * @throws LineageError `data-unfit` where the numbers do not fill the network's input.
 */
export function runFeeds(
  feeds: readonly FeedTensor[],
  { step, batch, losses, scalars }: StepBatch,
  seed: number,
  part: number,
  parts: number,
): Map<string, Literal> {
  return new Map(
    feeds.map((feed) => {
      switch (feed.is) {
        case 'input':
          return [feed.name, cut(feed, batch.inputs.get(feed.input), part, parts)];
        case 'target':
          return [feed.name, cut(feed, losses[feed.head]?.targets, part, parts)];
        case 'weights':
          return [feed.name, cut(feed, losses[feed.head]?.weights, part, parts)];
        case 'scalar':
          return [feed.name, literal('f32', [], [scalars[feed.scalar] ?? 0])];
        case 'seed':
          return [feed.name, literal('i32', [], [graphSeed(seed, step, part)])];
      }
    }),
  );
}

/** Part `part` of numbers as the tensor that a feed wants. */
export function cut(
  feed: Pick<FeedTensor, 'name' | 'dtype' | 'shape'>,
  numbers: BatchNumbers | undefined,
  part: number,
  parts: number,
): Literal {
  const length = (numbers?.length ?? 0) / parts;
  if (numbers === undefined || length !== elementCount(feed.shape))
    throw new LineageError('data-unfit', {
      reason: `${feed.name} takes [${feed.shape.join(', ')}], and the data gives ${length} numbers`,
    });
  return tensorOf(feed, numbers.subarray(part * length, (part + 1) * length));
}

/** The numbers in a feed's dtype: shared where it is theirs, converted where the network wants another. */
function tensorOf(
  { dtype, shape }: Pick<FeedTensor, 'dtype' | 'shape'>,
  numbers: BatchNumbers,
): Literal {
  const same = numbers instanceof Int32Array ? 'i32' : 'f32';
  if (dtype === same)
    return {
      dtype,
      shape,
      bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    };
  return literal(dtype as Parameters<typeof literal>[0], shape, numbers);
}

/** Tensors of several steps as one with the steps as first axis. */
export function stacked(tensors: readonly Literal[]): Literal {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to stack');
  const size = first.bytes.length;
  const bytes = new Uint8Array(size * tensors.length);
  for (const [at, tensor] of tensors.entries()) bytes.set(tensor.bytes, at * size);
  return { dtype: first.dtype, shape: [tensors.length, ...first.shape], bytes };
}
