import type { DataUse } from '../data/dataUse.ts';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { LossyReceipt } from '../lossyViews.ts';
import type { ProvenanceRole } from '../lineage/provenanceRole.ts';
import type { Environment, PartMetrics } from '../training/report.ts';

/** Plain data, as a form gives it and JSON carries it. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Arguments = Readonly<Record<string, Json>>;

export interface RecipeParent {
  readonly role: ProvenanceRole;
  readonly node: NodeId;
  /** The content it had; a replay checks it. */
  readonly snapshot: SnapshotId;
}

/**
 * How a model was made, as data: enough to make it again. The child stores it and it never changes;
 * an edited recipe makes another child.
 */
export interface Recipe {
  readonly version: 1;
  /** Id of the creation function, and its version. */
  readonly function: string;
  readonly functionVersion: number;
  readonly parents: readonly RecipeParent[];
  readonly arguments: Arguments;
  readonly data: readonly DataUse[];
  readonly seed: number;
  readonly environment: Environment;
  /** By part: how training runs went otherwise than ordered. Absent where none did. */
  readonly runs?: Readonly<Record<string, RunCourse>>;
  /** Which of the function's models this is, where it makes several: `client 3`, `word`. */
  readonly part?: string;
  /** What this one of several models learnt from, where that is not all of `data`: its task, its share. */
  readonly own?: readonly DataUse[];
  /** Models made together: one id for all of them. */
  readonly group?: string;
}

/** What a person or the device changed of a training run while it went on: a replay does it again. */
export interface RunCourse {
  /** The step after which a person ended it. */
  readonly finishedAt?: number;
  /** Examples computed at once, where memory did not allow as many as ordered. */
  readonly microBatch?: number;
}

/** What is known of a made model at a glance; the whole run is its training report. */
export interface Outcome {
  readonly test?: PartMetrics;
  readonly validation?: PartMetrics;
  readonly parentTest?: PartMetrics;
  /** Of a model that holds another's weights with less precision: what was lost and gained. */
  readonly lossy?: LossyReceipt;
}

/** What a replay found. `within`: metrics equal within tolerance; `differs`: neither. */
export interface ReplayGrade {
  readonly is: 'equal-bits' | 'within-tolerance' | 'differs';
  readonly text: string;
  /** Largest difference of a weight, and how many differ. */
  readonly largestDifference: number;
  readonly differing: number;
  readonly elements: number;
  readonly metrics: readonly {
    readonly name: string;
    readonly before: number;
    readonly after: number;
    readonly tolerance: number;
  }[];
}
