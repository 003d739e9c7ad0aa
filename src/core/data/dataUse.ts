import type { SnapshotId } from '../ids.ts';
import type { Reading } from './dataset.ts';

/**
 * How examples become one input of a network, as data. What was fitted on the training part (mean,
 * deviation) is written down, so that a replay and a later try use the same.
 */
export type Preprocessing =
  | {
      /** Numbers of a table, or an array flattened: f32 `[features]`, or `shape`. */
      readonly is: 'numbers';
      readonly columns: readonly string[];
      readonly shape: readonly number[];
      /** (value − mean) / deviation, each per feature, or one for all. */
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
    }
  | {
      /** Pixels 0 to 255, resized, times `scale`, then (value − mean) / deviation per channel. */
      readonly is: 'image';
      readonly column: string;
      readonly height: number;
      readonly width: number;
      readonly channels: 1 | 3;
      readonly layout: 'NCHW' | 'NHWC';
      readonly scale: number;
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
      readonly invert: boolean;
    }
  | {
      /** Mono samples −1 to 1, resampled, cut or padded with silence: f32 `shape`, `samples` long. */
      readonly is: 'wave';
      readonly column: string;
      readonly sampleRate: number;
      readonly samples: number;
      readonly shape: readonly number[];
    }
  | {
      /** log(mel power + 1e-6), standardised per clip: f32 `[mels, frames]` in `shape`. */
      readonly is: 'log-mel';
      readonly column: string;
      readonly sampleRate: number;
      readonly mels: number;
      readonly frames: number;
      /** Samples of a window (a power of two) and between two. */
      readonly window: number;
      readonly hop: number;
      readonly shape: readonly number[];
    }
  | {
      /**
       * Token ids i32 or i64 `[length]`: `words` hashes each lower-cased word to 1 … vocabulary − 1
       * (FNV-1a, 32 bits), `bytes` is the UTF-8 byte plus 1; 0 pads. No vocabulary to carry along.
       */
      readonly is: 'tokens';
      readonly column: string;
      readonly tokenizer: 'words' | 'bytes';
      readonly vocabulary: number;
      readonly length: number;
    };

/**
 * A random change of an input, drawn anew for each example and epoch from the run's seed. It acts on
 * stored values: noise of pictures is in shares of the full range (255 for bytes), of waves in the unit of
 * samples, of tables in standard deviations of each feature. Sizes and strengths are the largest drawn.
 */
export type Augmentation =
  | { readonly is: 'noise'; readonly deviation: number }
  | { readonly is: 'salt-and-pepper'; readonly share: number }
  | { readonly is: 'blur'; readonly radius: number }
  | { readonly is: 'shift'; readonly pixels: number }
  | { readonly is: 'rotate'; readonly degrees: number }
  | { readonly is: 'contrast'; readonly factor: number }
  | { readonly is: 'occlude'; readonly pixels: number }
  | { readonly is: 'invert' }
  | { readonly is: 'pixelate'; readonly pixels: number }
  | { readonly is: 'flip' }
  | { readonly is: 'gain'; readonly decibels: number }
  | { readonly is: 'time-shift'; readonly samples: number }
  | { readonly is: 'drop-words'; readonly share: number };

export interface Split {
  /** Shares of all examples; what is left over is not used. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  /** Equal class shares in each part; on where there are classes. */
  readonly stratified: boolean;
  /** Only the examples of these values of a column: a client's share, a speaker. */
  readonly where?: { readonly column: string; readonly values: readonly string[] };
  /** Of the examples left, part `index` of `count`, drawn by `seed`: a client's random share. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** What a head learns from a column. */
export interface TargetUse {
  readonly column: string;
  /** Class names in the order of the output's units; absent for numbers. */
  readonly classes?: readonly string[];
  /**
   * Maps a value of the column to a class before it is looked up, for tasks derived from one label:
   * `{'0': 'even', '1': 'odd', …}`. Examples whose value it lacks are left out.
   */
  readonly mapped?: Readonly<Record<string, string>>;
  /** For numbers: (value − mean) / deviation. */
  readonly mean?: number;
  readonly deviation?: number;
}

/** A data set as one recipe uses it: content, reading, split and preprocessing, all as data. */
export interface DataUse {
  readonly dataset: SnapshotId;
  /** For people; the content id is what counts. */
  readonly name: string;
  readonly reading: Reading;
  /** By the network's input names. */
  readonly inputs: Readonly<Record<string, Preprocessing>>;
  /** By head: the name of the network's output. */
  readonly targets: Readonly<Record<string, TargetUse>>;
  readonly split: Split;
  readonly augment: readonly Augmentation[];
  /**
   * Whether an augmentation is applied to a fixed copy of the data (MGit's perturbations: original and
   * copies joined) instead of being drawn anew each epoch.
   */
  readonly asCopies: boolean;
}
