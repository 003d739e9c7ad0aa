import type { Dtype } from '../../core/dtype.ts';
import type { Network } from '../../core/network/network.ts';
import type { Head, TrainSettings } from '../../core/training/settings.ts';

/** What a training step is made from. */
export interface StepOptions {
  /** The inference network, its weights as initializers. Values of weights do not matter. */
  readonly network: Network;
  /** Initializers to train, all f32; the others stay. */
  readonly trainable: readonly string[];
  readonly heads: readonly Head[];
  readonly settings: StepSettings;
  /** Initializers whose updates are multiplied by a mask of 0 and 1. */
  readonly masked?: readonly string[];
  /** Values of symbolic extents other than the batch. */
  readonly extents?: Readonly<Record<string, number>>;
}

/** The settings that a step's graphs depend on; rate, schedule and epochs are the host's. */
export type StepSettings = Pick<
  TrainSettings,
  | 'batchSize' | 'microBatch' | 'optimizer' | 'weightDecay' | 'decayAll' | 'clipNorm' | 'ema'
  | 'batchNorm' | 'dropout' | 'precision'
>; // prettier-ignore

/** A tensor with a fixed place in a run. */
export interface StepTensor {
  /** Its name as input of the programs. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A tensor that programs replace; the host keeps it, on the device, from run to run. */
export interface StateTensor extends StepTensor {
  /**
   * `weight`, `statistic`: what is trained, and running statistics of batch normalisation: the model
   * afterwards. `average`: the moving average of a weight. `slot`: the optimiser's. `gradient`: the sum
   * over the micro-batches of a step.
   */
  readonly role: 'weight' | 'statistic' | 'average' | 'slot' | 'gradient';
  /** The network's initializer that it belongs to. */
  readonly of: string;
  /**
   * What it is before the first step: the initializer's value, or zeros. A `gradient` is zeros again
   * before the first micro-batch of each step.
   */
  readonly initial: 'initializer' | 'zeros';
}

/** A tensor that no program changes: a weight that is not trained, or a mask. */
export interface FixedTensor extends StepTensor {
  readonly role: 'weight' | 'mask';
  readonly of: string;
}

/** A tensor that the host makes anew for each run. */
export type FeedTensor = StepTensor &
  (
    | {
        /** A micro-batch of one of the network's inputs. */
        readonly is: 'input';
        readonly input: string;
      }
    | {
        /** A micro-batch of `lossFeeds(…).targets` (lossFeeds.ts), by index of the head. */
        readonly is: 'target';
        readonly head: number;
      }
    | {
        /** A micro-batch of `lossFeeds(…).weights`: computed for the whole batch, then cut. */
        readonly is: 'weights';
        readonly head: number;
      }
    | {
        /** One of `scalarsOf`. */
        readonly is: 'scalar';
        readonly scalar: string;
      }
    /** i32 scalar, another in each run: random values are made from it. */
    | { readonly is: 'seed' }
  );

/** One graph to run. Its inputs are exactly those of `feeds`, `state` and `fixed`. */
export interface Program {
  readonly network: Network;
  readonly feeds: readonly FeedTensor[];
  /** State that it reads, by name. */
  readonly state: readonly string[];
  /** Fixed tensors that it reads, by name. */
  readonly fixed: readonly string[];
  /** State → the output that replaces it. */
  readonly writes: ReadonlyMap<string, string>;
  /**
   * Output f32 `[heads]`: Σ weightᵢ·lossᵢ of each head over the run's examples, before the heads' own
   * weights. Micro-batches' losses of a step add up to the step's. Absent where no example is seen.
   */
  readonly losses?: string;
  /**
   * Output f32 scalar, of half precision: 1 where the step's gradients were finite and were applied, 0
   * where the step changed nothing and the host should halve the loss scale.
   */
  readonly finite?: string;
  /** Bytes alive at once inside the run, state and fixed tensors not counted (memory/activationPeak.ts). */
  readonly activationBytes: number;
}

/** All there is to run an optimiser step, as data. */
export interface TrainingStep {
  /**
   * `single`: one run is one optimiser step. `accumulated`: run `accumulate` for each of the step's
   * micro-batches, the `gradient` state being zeros before the first, then `apply` once.
   */
  readonly run:
    | { readonly is: 'single'; readonly step: Program }
    | {
        readonly is: 'accumulated';
        readonly microBatches: number;
        readonly accumulate: Program;
        readonly apply: Program;
      };
  readonly state: readonly StateTensor[];
  readonly fixed: readonly FixedTensor[];
  readonly heads: readonly Head[];
  /** Examples of one run. */
  readonly microBatch: number;
  /** Asked for, but the loss does not depend on them: they stay as they are, and are no inputs. */
  readonly untouched: readonly string[];
  /** By head: activations that were left out since the loss has them in it, such as `Softmax`. */
  readonly without: readonly (readonly string[])[];
  /**
   * Values of the scalar feeds in optimiser step `step` (1-based).
   *
   * @param lossScale - of half precision; any power of two.
   */
  readonly scalarsOf: (
    step: number,
    learningRate: number,
    lossScale?: number,
  ) => Readonly<Record<string, number>>;
}
