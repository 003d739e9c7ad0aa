import type { Dtype } from '../dtype.ts';
import type { FormatName, TensorRole } from '../snapshot.ts';
import type { SnapshotId } from '../ids.ts';

/** What is kept of one tensor to recognise it, its copies and its relatives later. */
export interface TensorPrint {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly role: TensorRole;
  /** Index of its payload in the snapshot; undefined for `string` tensors. */
  readonly payload: number | undefined;
  /** Equal for equal bytes under an equal view; the shape is not part of it. */
  readonly id: string;
  /** Equal for equal values in any order, dtype or shape; empty where not computed. */
  readonly values: string;
  readonly elements: number;
  /** Of the finite elements. */
  readonly mean: number;
  /** Standard deviation, same units as the values. */
  readonly deviation: number;
  /** Fourth standardised moment: 1.8 uniform, 3 normal. */
  readonly kurtosis: number;
  /** Share of elements equal to zero, 0 to 1. */
  readonly zeros: number;
  /** How far the values follow a rule, 0 (learned) to 1 (a table: sinusoids, grids, repeats). */
  readonly regularity: number;
  /** Where its grid sample lies in `ModelFingerprint.samples`; `sampleGrid` says which elements. */
  readonly sampleStart: number;
  readonly sampleLength: number;
  /** Where its bottom-k sketch of values lies in `ModelFingerprint.sketches`. */
  readonly sketchStart: number;
  readonly sketchLength: number;
}

/** What a file says of its own making. */
export interface Statements {
  /** Training epoch, where the file states one. */
  readonly epoch?: number;
  /** Largest batch-norm batch counter, or stated step. */
  readonly steps?: number;
  /** Whether optimiser state is in the file. */
  readonly optimizer: boolean;
  /** Producer with version, as written. */
  readonly producer?: string;
}

/**
 * What is kept of one model to find its relatives: plain data, structured-cloneable, a few hundred
 * bytes per tensor. Made once, when the model is imported.
 */
export interface ModelFingerprint {
  readonly version: 1;
  readonly format: FormatName;
  /** Digest of input and output dtypes and shapes; empty where the format has none. */
  readonly signature: string;
  readonly tensors: readonly TensorPrint[];
  /** Size of each payload of the snapshot, in bytes. */
  readonly payloadBytes: readonly number[];
  /** Grid samples of all tensors, joined. */
  readonly samples: Float32Array;
  /** Bottom-k sketches of all tensors, joined, each ascending. */
  readonly sketches: Uint32Array;
  readonly statements: Statements;
}

/** What `constructLineage` reads. */
export interface ConstructionPorts {
  /** The stored fingerprint (derived record `fingerprint`); undefined if the snapshot has none. */
  fingerprint(snapshot: SnapshotId): Promise<ModelFingerprint | undefined>;
  /** Lets other work of the thread run, a macrotask; called every few milliseconds of computing. */
  pause?(): Promise<void>;
}
