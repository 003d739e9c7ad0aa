import type { Augmentation, DataUse } from '../data/dataUse.ts';
import type { Reading } from '../data/dataset.ts';
import type { NodeId, SnapshotId, TestId } from '../ids.ts';
import type { Arguments } from '../recipe/recipe.ts';

/** Which way a metric is better; `equal`: every change is a regression. */
export type MetricDirection = 'max' | 'min' | 'equal';

/** How much worse a metric may get before it counts as a regression. */
export interface Tolerance {
  /** Relative to the value before; where that is below 1e-9 the same number counts as absolute. */
  readonly is: 'absolute' | 'relative';
  readonly value: number;
}

/** A number that a test gives, and how to judge it. */
export interface Metric {
  /** Stable: results and rules name it. */
  readonly name: string;
  readonly title: string;
  readonly direction: MetricDirection;
  readonly tolerance: Tolerance;
  /** `share` (0 to 1, shown as %), `ms`, `bytes`, … ; none for a bare number. */
  readonly unit?: string;
}

/** What must hold for a test to pass. */
export interface SuccessRule {
  readonly metric: string;
  readonly is: 'at-least' | 'at-most' | 'equal';
  readonly value: number;
}

/** Which models a test belongs to. */
export type Binding =
  | { readonly is: 'all' }
  /** With `descendants` also to every model below, by either kind of edge, present and future. */
  | { readonly is: 'node'; readonly node: NodeId; readonly descendants: boolean }
  | { readonly is: 'type'; readonly modelType: string }
  /** Whole name, case-sensitive: `*` is any run of characters, `?` is one. */
  | { readonly is: 'name'; readonly pattern: string };

/** What a test measures on. How it feeds a model is settled per model: its recipe's use, else proposed. */
export interface TestData {
  readonly dataset: SnapshotId;
  /** For people; the content id is what counts. */
  readonly name: string;
  readonly reading: Reading;
  /** `test`: what the model's recipe held back where it used this data, else the usual split's part. */
  readonly part: 'test' | 'validation' | 'train' | 'all';
  /** A slice: only the examples with these values of a column. */
  readonly where?: { readonly column: string; readonly values: readonly string[] };
  /** Applied to every example, drawn from `seed`: the same for every model. */
  readonly perturb: readonly Augmentation[];
  readonly seed: number;
  /** At most so many examples, drawn from `seed`. All where absent. */
  readonly limit?: number;
  /** Said by a person: used for every model instead of what would be settled. */
  readonly use?: DataUse;
}

/**
 * A test of models, kept in the lineage. Its results are kept by content: a model's snapshot, this
 * test's id and version, the data, and the backend.
 */
export interface ModelTest {
  readonly id: TestId;
  /** Unique among tests. */
  readonly name: string;
  /** Raised by every edit that can change a result; results of other versions are stale. */
  readonly version: number;
  /** Id of the test function, and its version. */
  readonly function: string;
  readonly functionVersion: number;
  readonly arguments: Arguments;
  readonly data?: TestData;
  readonly bindings: readonly Binding[];
  /** All must hold; without any, the test measures and neither passes nor fails. */
  readonly success: readonly SuccessRule[];
  /** Instead of the function's own, by metric. */
  readonly tolerances: Readonly<Record<string, Tolerance>>;
  readonly notes: string;
  /** ms since 1970. */
  readonly createdAt: number;
}
