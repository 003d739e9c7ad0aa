import type { DataUse } from './data/dataUse.ts';
import type { BadRow, DatasetSummary, Reading } from './data/dataset.ts';
import type { DatasetId, NodeId } from './ids.ts';
import type { Preprocessing } from './data/dataUse.ts';
import type { JobEstimate } from './ports/compute.ts';
import type { Arguments, ReplayGrade } from './recipe/recipe.ts';
import type { Schema } from './recipe/schema.ts';
import type { TrainEvent, DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about making and trying
 * models, and about data sets.
 */

/** A creation function as a form shows it for chosen parents. */
export interface FunctionView {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly scenario: 'adaptation' | 'edge' | 'federated' | 'multi-task' | 'arithmetic';
  readonly parents: { readonly min: number; readonly max: number };
  readonly data: { readonly min: number; readonly max: number };
  readonly schema: Schema;
  /** Why it cannot be used with these parents. */
  readonly unfit?: string;
}

/** What to make. Members left out have their defaults. */
export interface CreateOrder {
  readonly function: string;
  readonly parents: readonly NodeId[];
  readonly arguments?: Arguments;
  /** A data set as it is proposed for the parents, or a use edited by a person. */
  readonly data?: readonly (DatasetId | DataUse)[];
  readonly seed?: number;
  readonly name?: string;
  readonly device?: DeviceChoice;
  /** Of the wasm backend. */
  readonly threads?: number;
  /** Also a version edge from the first parent: the child is its next revision. */
  readonly asVersion?: boolean;
}

/** What an order will do, before it is done. */
export interface CreationPreview {
  readonly steps: readonly string[];
  readonly models: readonly string[];
  readonly warnings: readonly string[];
  /** Of all jobs together; absent where nothing is trained. */
  readonly estimate?: JobEstimate & { readonly jobs: number; readonly totalMs: number };
}

/** An event of a training run that belongs to a creation. */
export interface CreationEvent {
  readonly job: string;
  /** Which of several runs: `client 3`. */
  readonly part: string;
  readonly event: TrainEvent;
}

export interface CreateReport {
  readonly models: readonly { readonly id: NodeId; readonly name: string }[];
  /** Bytes of the new files, and by how much the store grew. */
  readonly rawBytes: number;
  readonly storedBytes: number;
}

export interface ReplayReport {
  readonly node: NodeId;
  readonly grade: ReplayGrade;
  /** The provenance edges are now graded re-derived. */
  readonly regraded: boolean;
}

/** A creation that a closed tab interrupted. */
export interface PendingJobView {
  readonly id: string;
  /** "Finetune of digits". */
  readonly title: string;
  readonly startedAt: number;
  readonly step: number;
  /** When the last checkpoint was stored, ms since 1970; undefined where there is none yet. */
  readonly savedAt?: number;
  /** Why it cannot go on, and can only be discarded: in words that end without a full stop. */
  readonly unfit?: string;
}

/** A data set's examples, for a look. */
export interface DatasetPreview {
  readonly summary: DatasetSummary;
  readonly samples: readonly SampleView[];
}

export type SampleView = { readonly label?: string } & (
  | {
      readonly is: 'image';
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** u8, row-major, channels last. */
      readonly pixels: Uint8Array<ArrayBuffer>;
    }
  /** Minimum and maximum of equal slices, −1 to 1. */
  | {
      readonly is: 'wave';
      readonly peaks: readonly (readonly [number, number])[];
      readonly seconds: number;
    }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'row'; readonly values: readonly string[] }
);

export interface DatasetReport {
  readonly id: DatasetId;
  readonly name: string;
  readonly summary: DatasetSummary;
  /** A data set with the same content was there: nothing was added. */
  readonly existing: boolean;
}

/** How files would be read as a data set, before they are added. */
export interface DatasetProposal {
  readonly reading: Reading;
  readonly name: string;
  readonly summary: DatasetSummary;
  readonly samples: readonly SampleView[];
  readonly badRows: readonly BadRow[];
}

/** What a model takes when it is tried: one for each input. */
export interface TryInputView {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  /** How an example becomes this input; from its recipe, an ancestor's, or guessed from the shape. */
  readonly preprocessing: Preprocessing;
  readonly from: 'recipe' | 'ancestor' | 'guess';
}

export interface TryView {
  readonly inputs: readonly TryInputView[];
  /** Why it cannot be tried. */
  readonly unfit?: string;
}

/** An input as a person gives it. */
export type TryInput =
  | {
      readonly is: 'pixels';
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** u8, row-major, channels last. */
      readonly pixels: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly is: 'wave';
      readonly sampleRate: number;
      readonly samples: Float32Array<ArrayBuffer>;
    }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'numbers'; readonly values: readonly number[] };

export interface Prediction {
  readonly node: NodeId;
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** All values where there are at most 10,000; else the first. */
    readonly values: readonly number[];
    readonly count: number;
    /** For outputs with classes: softmax of the values unless they are probabilities already. */
    readonly classes?: readonly { readonly name: string; readonly probability: number }[];
  }[];
  readonly ms: number;
  readonly backend: string;
}
