import type { NodeId } from './ids.ts';

/** How much may be lost. */
export interface LossyOptions {
  /**
   * `mgit`: one step for all weights, 2·ln(1 + ε) (MGit §5, with its published 1e-4 by default).
   * `per tensor`: a step for each tensor by its own spread and by how much the tests feel it.
   */
  readonly quantiser: 'mgit' | 'per tensor';
  /** Largest error of a weight: absolute for `mgit`; for `per tensor` relative to the tensor's spread. */
  readonly epsilon: number;
}

/** What a lossy model would take at one ε, before anything is made. */
export interface LossyPoint {
  readonly options: LossyOptions;
  /** Stored bytes of the model's tensors: raw, exact as stored now, and lossy. */
  readonly rawBytes: number;
  readonly losslessBytes: number;
  readonly lossyBytes: number;
  readonly maxError: number;
  readonly meanError: number;
  /** Tensors that stay exact, and why: integers, half precision, not finite, no gain. */
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
  readonly tolerance: string;
}

/** What was lost and what was gained, kept with the lossy model. */
export interface LossyReceipt extends Omit<LossyPoint, 'passes'> {
  readonly original: NodeId | undefined;
  readonly originalSnapshot: string;
  readonly codec: string;
  readonly passes: true;
  readonly at: string;
}
