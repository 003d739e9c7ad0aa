import type { NodeId } from './ids.ts';

/**
 * Where the bytes of a lineage went. Every byte of `rawBytes` is counted under exactly one heading, so
 * `rawBytes − shared − alone − delta − structure − lossy + records = storedBytes`, and what the
 * browser says is used is `storedBytes + garbage + overhead`.
 */
export interface SavingsReport {
  /** The files of all models and data sets as they would lie in a folder. */
  readonly rawBytes: number;
  readonly saved: Saved;
  /** Skeletons, manifests, derived values, directories and the graph, as stored. */
  readonly recordBytes: number;
  readonly storedBytes: number;
  /** Stored and needed by nothing: what collecting would free. */
  readonly garbageBytes: number;
  /** What the browser says this origin uses; undefined where it does not say. */
  readonly usage: number | undefined;
  /** One for each model, in the graph's order, and one for all data sets together. */
  readonly models: readonly ModelSavings[];
}

/** Bytes saved, by what saved them. The kinds are never added up into one ratio without saying so. */
export interface Saved {
  /** Equal tensors and chunks kept once, and files' bytes beside them. */
  readonly shared: number;
  /** Chunks coded by themselves. */
  readonly alone: number;
  /** Exact deltas to a base of the same shape. */
  readonly delta: number;
  /** Exact derivations: transposed, scaled, summed, cast, rows and ranges of others. */
  readonly structure: number;
  /** Lossy models: their deltas against what the original they stand for takes. */
  readonly lossy: number;
}

/** A chunk used by several models counts as stored by the first in the graph's order, as shared in the others. */
export interface ModelSavings {
  readonly node: NodeId | 'datasets';
  readonly name: string;
  readonly rawBytes: number;
  readonly saved: Saved;
  /** Of its chunks, those counted here. */
  readonly storedBytes: number;
  readonly tensors: readonly TensorSavings[];
}

export interface TensorSavings {
  readonly name: string;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** What most of its saving is owed to. */
  readonly by: keyof Saved | 'none';
}
