import type { NodeId } from './ids.ts';

/**
 * What became of bytes. `whole`: kept as they are. `shared`: equal to bytes that are already counted,
 * so kept for nothing. `alone`: a chunk coded by itself. `delta`: an exact difference to one base of the
 * same length. `structure`: an exact derivation from others, transposed, scaled, summed, cast, ranges.
 * `lossy`: the steps of a lossy model from its base. `beside`: what is in the files and in no chunk,
 * tensors small enough to lie in records, checksums, repetitions; below zero where a file packs its
 * tensors tighter than they are kept.
 */
export const savingHeadings = [
  'whole',
  'shared',
  'alone',
  'delta',
  'structure',
  'lossy',
  'beside',
] as const;

export type SavingHeading = (typeof savingHeadings)[number];

/** Bytes of files, and what chunks take for them. */
export interface HeldBytes {
  readonly rawBytes: number;
  readonly storedBytes: number;
}

/** Bytes by what became of them. The kinds are never added up into one ratio without saying so. */
export type HeldByHeading = Readonly<Record<SavingHeading, HeldBytes>>;

/**
 * Where the bytes of a lineage went. Every raw byte is counted under exactly one heading:
 *
 *     Σ held.rawBytes = rawBytes
 *     Σ held.storedBytes + kept.bases + kept.recipes + kept.undo + garbageBytes + recordBytes = storedBytes
 *     storedBytes + the browser's own overhead = usage
 */
export interface SavingsReport {
  /** The files of all models and data sets as they would lie in a folder. */
  readonly rawBytes: number;
  readonly held: HeldByHeading;
  readonly kept: KeptBytes;
  /** Stored and needed by nothing known: what collecting frees, and what an unfinished import stored. */
  readonly garbageBytes: number;
  /** Skeletons, manifests, derived values, directories and the graph, as stored. */
  readonly recordBytes: number;
  /** All of it: the figure of `StorageReport` too. */
  readonly storedBytes: number;
  /** What the browser says this origin uses; undefined where it does not say. */
  readonly usage: number | undefined;
  /** One for each model, in the graph's order, and one for all data sets together, if there are any. */
  readonly models: readonly ModelSavings[];
}

/** Chunks that belong to no model and no data set of the lineage, and yet must stay. Stored bytes. */
export interface KeptBytes {
  /** Others are differences to them. */
  readonly bases: number;
  /** Data that a recipe or a test names, though it is off the list. */
  readonly recipes: number;
  /** An undo could bring their models back. */
  readonly undo: number;
}

/**
 * A chunk that several models have counts as stored by the first in the graph's order, and as shared
 * in the others.
 */
export interface ModelSavings {
  readonly node: NodeId | 'datasets';
  readonly name: string;
  /** Sums to the model's files. */
  readonly held: HeldByHeading;
  readonly rawBytes: number;
  /** Of its chunks, those counted here. */
  readonly storedBytes: number;
  readonly tensors: TensorColumns;
}

/**
 * The tensors of a model, a column for each figure: 1,000 models of 200 tensors cross the wire in
 * milliseconds, and models of one architecture share `names`. Sums to the model. What is no tensor has a
 * row as well, with `notTensors` as the start of its name.
 */
export interface TensorColumns {
  readonly names: readonly string[];
  readonly rawBytes: Float64Array;
  readonly storedBytes: Float64Array;
  /** What most of the tensor's saving is owed to, as an index of `savingHeadings`. */
  readonly by: Uint8Array;
}

/** A row of `TensorColumns`. */
export interface TensorSavings extends HeldBytes {
  readonly name: string;
  readonly by: SavingHeading;
}

/** How the names of rows begin that are no tensors: the files' structure, checksums and encoding. */
export const notTensors = '· ';

/** The rows of a model's columns. */
export function tensorSavings({ names, ...columns }: TensorColumns): TensorSavings[] {
  return names.map((name, row) => ({
    name,
    rawBytes: columns.rawBytes[row] ?? 0,
    storedBytes: columns.storedBytes[row] ?? 0,
    by: savingHeadings[columns.by[row] ?? 0] ?? 'whole',
  }));
}
