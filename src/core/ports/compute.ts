import type { Literal, Network } from '../network/network.ts';
import type { Environment, PartMetrics } from '../training/report.ts';
import type { Head } from '../training/settings.ts';
import type {
  Checkpoint,
  DeviceChoice,
  TrainData,
  TrainEvent,
  TrainJob,
  TrainOutcome,
} from '../training/trainJob.ts';
import type { Cancellation } from './run.ts';

/** What this browser can compute on, and what was found by trying. */
export interface ComputeReport {
  readonly webgpu:
    | {
        readonly is: 'ready';
        readonly adapter: string;
        readonly f16: boolean;
        readonly software: boolean;
      }
    /** No adapter, or its results differ from wasm's: says which. */
    | { readonly is: 'unusable'; readonly reason: string };
  readonly wasm: { readonly threads: number; readonly cores: number; readonly isolated: boolean };
  readonly runtime: string;
}

/** How a run is listened to and steered. */
export interface TrainListener {
  readonly onEvent: (event: TrainEvent) => void;
  /** Stores a checkpoint; training waits only when the one before is not stored yet. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
}

/** Outputs of a network by name, for all examples joined along the first axis. */
export type Predictions = ReadonlyMap<string, Literal>;

export interface PredictJob {
  readonly network: Network;
  /** By input name; the first axis is the examples'. */
  readonly inputs: ReadonlyMap<string, Literal>;
  readonly device: DeviceChoice;
  /** Examples of one run. */
  readonly batch: number;
  /** Outputs are given as computed, also where their first axis is not the examples'. */
  readonly whole?: boolean;
}

/** Memory and time a job would take, before it starts. */
export interface JobEstimate {
  readonly peakBytes: number;
  readonly weightBytes: number;
  readonly stateBytes: number;
  readonly activationBytes: number;
  /** Of one optimiser step, from a short measured probe. */
  readonly stepMs: number;
  readonly steps: number;
  readonly environment: Environment;
}

/**
 * Runs networks: trains them, and tries them. One compiled session serves every model of an
 * architecture, as weights are its inputs.
 *
 * Rejects with an `AbortError` once the signal is aborted; a training run that is told to `finish`
 * instead resolves with the best so far.
 */
export interface Compute {
  describe(): Promise<ComputeReport>;

  /**
   * @throws LineageError `operator-not-differentiable`, `training-not-finite`, `compute-failed`,
   *   `out-of-memory`.
   */
  train(job: TrainJob, listener: TrainListener, signal: Cancellation): Promise<TrainOutcome>;
  pause(job: string): Promise<void>;
  goOn(job: string): Promise<void>;
  /** Ends a run after the step it is at, keeping the best so far. */
  finish(job: string): Promise<void>;

  estimate(job: TrainJob, signal: Cancellation): Promise<JobEstimate>;

  /** Metrics of a network on examples that `data` calls `test`. */
  evaluate(
    network: Network,
    heads: readonly Head[],
    data: TrainData,
    device: DeviceChoice,
    signal: Cancellation,
  ): Promise<PartMetrics>;

  predict(job: PredictJob, signal: Cancellation): Promise<Predictions>;
}
