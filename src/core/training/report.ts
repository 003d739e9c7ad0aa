/** Metrics of one head on one part of the data. */
export interface HeadMetrics {
  readonly output: string;
  readonly loss: number;
  /** Share of right classes, 0 to 1; of heads with classes. */
  readonly accuracy?: number;
  /** Mean absolute error in the target's own unit; of heads with numbers. */
  readonly meanAbsoluteError?: number;
  /** Counts by true class (row) and predicted class (column). */
  readonly confusion?: readonly (readonly number[])[];
  readonly classes?: readonly string[];
}

export interface PartMetrics {
  /** Of all heads together, weighted. */
  readonly loss: number;
  readonly heads: readonly HeadMetrics[];
  readonly examples: number;
}

export interface EpochReport {
  /** 0 is before the first step. */
  readonly epoch: number;
  readonly step: number;
  /** Mean over the epoch's steps; absent for epoch 0. */
  readonly trainLoss?: number;
  readonly validation?: PartMetrics;
  readonly learningRate: number;
  /** Since the run began, pauses left out. */
  readonly elapsedMs: number;
}

/** Something a person should know of a run: said while it goes on and kept with the model. */
export interface TrainNotice {
  readonly step: number;
  readonly is:
    | 'device-lost' | 'moved-to-wasm' | 'smaller-micro-batch' | 'not-finite' | 'stopped-early'
    | 'cancelled' | 'resumed' | 'filled-batch' | 'backend-differs'
    | 'not-saved'; // prettier-ignore
  readonly text: string;
}

/** Where and how a run was computed: part of the recipe. */
export interface Environment {
  readonly app: string;
  readonly backend: 'webgpu' | 'wasm' | 'reference' | 'none';
  /** Of the wasm backend. */
  readonly threads?: number;
  /** The GPU as the browser names it. */
  readonly adapter?: string;
  readonly runtime?: string;
  /** Mini-batches of one run of the session, on wasm. */
  readonly stepsPerRun?: number;
  /** SHA-256 of the training graph's bytes. */
  readonly graph?: string;
  /** The level the runtime optimises the graph to. */
  readonly optimizationLevel?: string;
  /** Earlier steps were computed otherwise: on a device that was lost, or in larger parts. */
  readonly moved?: boolean;
}

/** What a training run did. Kept with the model it made. */
export interface TrainReport {
  readonly environment: Environment;
  readonly steps: number;
  /** The step after which a person ended it; absent where it ran to its end. */
  readonly finishedAt?: number;
  /** Examples computed at once, where memory did not allow as many as ordered. */
  readonly microBatch?: number;
  readonly epochs: readonly EpochReport[];
  /** Loss by step, thinned to at most 1,000 points: `[step, loss]`. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  /** The epoch whose weights were kept. */
  readonly kept: number;
  /** Of the kept weights. */
  readonly test?: PartMetrics;
  readonly notices: readonly TrainNotice[];
  /** Median time of a step after warm-up. */
  readonly stepMs: number;
  readonly trainedMs: number;
  readonly examplesPerEpoch: number;
}
