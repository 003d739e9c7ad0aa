import type { SnapshotId, TestId } from '../ids.ts';
import type { ReportedError } from '../views.ts';

/**
 * `pass` and `fail` by the test's success rules, a NaN metric is a fail; `measured`: it has no rules;
 * `error`: it could not be run, which is neither.
 */
export type Verdict = 'pass' | 'fail' | 'measured' | 'error';

/** What a test gives besides its numbers. */
export interface TestDetails {
  readonly classes?: readonly string[];
  /** Counts by true class (row) and predicted class (column). */
  readonly confusion?: readonly (readonly number[])[];
  readonly perClass?: readonly {
    readonly name: string;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly examples: number;
  }[];
  /** Equal bins of confidence: how sure it was on average, and how often right. */
  readonly calibration?: readonly {
    readonly confidence: number;
    readonly accuracy: number;
    readonly examples: number;
  }[];
  /** Where something was found: a tensor with NaN, a layer that overflows, an example that fails. */
  readonly findings?: readonly string[];
  /** Who said how the data feeds the model: the test, a recipe, or nobody, so that it was proposed. */
  readonly fed?: 'test' | 'recipe' | 'ancestor' | 'proposal';
  /** What a user-written test logged. */
  readonly log?: readonly string[];
}

/** The same examples on another backend. */
export interface CrossCheck {
  readonly backend: string;
  readonly examples: number;
  /** Of the outputs, relative to the largest magnitude of each output. */
  readonly largestDifference: number;
  readonly tolerance: number;
  readonly agrees: boolean;
}

/** One run of a test on one model's content. */
export interface TestResult {
  readonly test: TestId;
  readonly testVersion: number;
  readonly functionVersion: number;
  readonly snapshot: SnapshotId;
  readonly data?: SnapshotId;
  readonly verdict: Verdict;
  /** By metric name; NaN and infinities are kept as they are. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly details?: TestDetails;
  readonly error?: ReportedError;
  readonly backend: string;
  readonly adapter?: string;
  /** Examples measured on. */
  readonly examples?: number;
  readonly crossCheck?: CrossCheck;
  /** ms since 1970. */
  readonly at: number;
  readonly ms: number;
}
