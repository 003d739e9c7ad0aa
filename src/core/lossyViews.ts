import type { NodeId } from './ids.ts';
import type { DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about lossy models.
 */

/** How much may be lost. */
export interface LossyOptions {
  /**
   * `mgit`: one step for all weights, 2·ln(1 + ε) (MGit §5, with its published 1e-4 by default), as changes
   * of the parent; a model without one stays exact. `per tensor`: a step for each tensor by its own spread;
   * tensors of one axis, which are few and matter much, get a quarter of it; without a parent the weights
   * themselves are rounded.
   */
  readonly quantiser: 'mgit' | 'per tensor';
  /**
   * Largest error of a weight, above 0: absolute for `mgit`; for `per tensor` relative to the tensor's
   * standard deviation.
   */
  readonly epsilon: number;
}

/** What a lossy model would take at one ε, before anything is made. */
export interface LossyPoint {
  readonly options: LossyOptions;
  /** Stored bytes of the model's tensors: raw, exact as stored now, and lossy; equal chunks once. */
  readonly rawBytes: number;
  readonly losslessBytes: number;
  readonly lossyBytes: number;
  /** Whether `lossyBytes` and the errors are estimated from samples of large tensors. */
  readonly estimated: boolean;
  /** Over all weights that may be lossy. */
  readonly maxError: number;
  readonly meanError: number;
  /** Tensors that stay exact, and why: integers, not a weight, as in its base, no gain, a test got worse. */
  readonly exactTensors: readonly { readonly name: string; readonly why: string }[];
  /** Tests before and after; empty when only sizes were asked for. */
  readonly tests: readonly LossyTest[];
  /** Whether every test stays within its tolerance; undefined when none was run. */
  readonly passes: boolean | undefined;
}

export interface LossyTest {
  readonly test: string;
  readonly metric: string;
  readonly before: number;
  readonly after: number;
  /** Worse than before by more than the test's tolerance, in its metric's own direction. */
  readonly worse: boolean;
  /** For people: "0.02 of the value before". */
  readonly tolerance: string;
}

/** What was lost and what was gained, kept with the lossy model. */
export interface LossyReceipt extends Omit<LossyPoint, 'passes' | 'estimated'> {
  readonly original: NodeId;
  readonly originalSnapshot: string;
  /** The model that its steps were counted from; absent where the weights themselves were rounded. */
  readonly base?: NodeId;
  readonly codec: string;
  /** Tensors and their steps. */
  readonly steps: readonly { readonly name: string; readonly step: number }[];
  readonly passes: true;
  /** ms since 1970. */
  readonly at: number;
}

/** What a preview is of. */
export interface LossyPreviewOrder {
  readonly nodes: readonly NodeId[];
  readonly options: readonly LossyOptions[];
  /** Runs the models' tests at each point; without, only sizes and errors are found. */
  readonly tests?: boolean;
  readonly device?: DeviceChoice;
}

/** The curve of one model: a point for each of the options, in their order. */
export interface LossyCurve {
  readonly node: NodeId;
  readonly name: string;
  /** The model that steps would be counted from. */
  readonly base?: NodeId;
  readonly points: readonly LossyPoint[];
}

/** What is to be made. */
export interface LossyOrder extends LossyOptions {
  readonly nodes: readonly NodeId[];
  /**
   * When a test gets worse: `reject` the model; `exclude` tensors, as few as will do and those rather that save
   * least for their error; or search for the largest `smaller` ε with which none does.
   */
  readonly ifWorse?: 'reject' | 'exclude' | 'smaller';
  /**
   * Then grows the steps of single tensors, the largest first, as far as the tests allow: smaller, and
   * nearer to the tolerances.
   */
  readonly refine?: boolean;
  /** At most so many runs of all tests for a model; 24 unless given. */
  readonly mostRuns?: number;
  readonly device?: DeviceChoice;
}

/** What became of one model. */
export type LossyResult =
  | {
      readonly is: 'made';
      readonly original: NodeId;
      readonly node: NodeId;
      readonly name: string;
      readonly receipt: LossyReceipt;
    }
  | {
      readonly is: 'rejected';
      readonly original: NodeId;
      readonly name: string;
      /** For people: "reads digits: Accuracy 0.97 → 0.91". */
      readonly because: readonly string[];
      /** The last that was tried. */
      readonly point: LossyPoint;
    };

export interface LossyReport {
  /** In the order in which they were made: parents first. */
  readonly results: readonly LossyResult[];
  /** What the store grew by. */
  readonly storedBytes: number;
}
