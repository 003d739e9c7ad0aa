import type { Augmentation } from '../data/dataUse.ts';
import type { Examples } from '../data/examples.ts';
import type { Literal, Network } from '../network/network.ts';
import type { Environment, EpochReport, TrainNotice, TrainReport } from './report.ts';
import type { Head, TrainSettings } from './settings.ts';

/** Which column of the examples feeds what. Columns are preprocessed: shapes fit the network. */
export interface TrainData {
  /** By the network's input names: a column of `train`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** By head (output name): the target's column, i32 classes or f32 numbers; −1 or NaN: not labelled. */
  readonly targets: Readonly<Record<string, string>>;
  /** By head: class names, where it has classes. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly train: Examples;
  readonly validation: Examples;
  readonly test: Examples;
  /** Drawn anew for each example and epoch, before `finish`. */
  readonly augment: readonly Augmentation[];
  /** What is left to do to an augmented column: its dtype and values as stored → f32 of the network. */
  readonly finish: Readonly<Record<string, Finish>>;
}

/**
 * The last step of preprocessing, after augmentation: `(value × scale − mean[channel]) / deviation[channel]`,
 * the channel being index `axis` of the example's shape; then the network's own layout by `shape`.
 */
export interface Finish {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly axis: number;
  /** Shape of one example as the network takes it: equal element order. */
  readonly shape: readonly number[];
}

/** Which device computes; `auto` measures those there are and takes the fastest right one. */
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm' | 'reference';

/** All a compute device needs to train. Its buffers are moved to the device's thread. */
export interface TrainJob {
  readonly id: string;
  /** The inference network with the weights to start from. */
  readonly network: Network;
  /** Initializers to train; all others stay. */
  readonly trainable: readonly string[];
  readonly heads: readonly Head[];
  readonly settings: TrainSettings;
  readonly data: TrainData;
  readonly device: DeviceChoice;
  /** Of the wasm backend; measured when absent. */
  readonly threads?: number;
  /** Seconds between two checkpoints. */
  readonly checkpointSeconds: number;
  /** Ends after this step, as a person ended the run that is replayed. */
  readonly finishAt?: number;
  /** Where an earlier run of this job stopped. */
  readonly from?: Checkpoint;
  /** Mask per trainable tensor, 0 or 1 per element: pruned weights stay 0. */
  readonly masks?: ReadonlyMap<string, Literal>;
}

/** Everything needed to go on with a run as if it had never stopped (bit for bit on wasm). */
export interface Checkpoint {
  /** Optimiser steps done. */
  readonly step: number;
  /** Trained tensors, optimiser state and running statistics by their names in the training graph. */
  readonly state: ReadonlyMap<string, Literal>;
  /** The best weights so far, by initializer name, where they are not the current ones. */
  readonly best?: {
    readonly epoch: number;
    readonly loss: number;
    readonly weights: ReadonlyMap<string, Literal>;
  };
  readonly epochs: readonly EpochReport[];
  readonly losses: readonly (readonly [number, number])[];
  readonly notices: readonly TrainNotice[];
  readonly environment: Environment;
  readonly microBatch: number;
  readonly trainedMs: number;
}

/** What a run tells while it goes on, at most ten times a second. */
export type TrainEvent =
  | {
      readonly is: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly stepMs: number;
    }
  | { readonly is: 'epoch'; readonly report: EpochReport }
  | { readonly is: 'notice'; readonly notice: TrainNotice }
  | { readonly is: 'device'; readonly environment: Environment };

export interface TrainOutcome {
  /** The new values of everything that changed: trained tensors, running statistics. */
  readonly weights: ReadonlyMap<string, Literal>;
  readonly report: TrainReport;
}
