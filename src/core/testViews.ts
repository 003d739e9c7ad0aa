import type { CrossCheck, TestResult } from './modelTests/testResult.ts';
import type { Binding, Metric, SuccessRule, TestData, Tolerance } from './modelTests/modelTest.ts';
import type { NodeId, TestId } from './ids.ts';
import type { Arguments } from './recipe/recipe.ts';
import type { Schema } from './recipe/schema.ts';
import type { DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about testing models.
 */

/** A test function as a form shows it. */
export interface TestFunctionView {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly data: 'none' | 'optional' | 'needed';
  readonly schema: Schema;
  /** With the schema's defaults. */
  readonly metrics: readonly Metric[];
  /** Why it cannot be used with the models asked about. */
  readonly unfit?: string;
}

/** A test as a person writes it; with `id`, an edit of that one. Members left out have their defaults. */
export interface TestOrder {
  readonly id?: TestId;
  readonly name: string;
  readonly function: string;
  readonly arguments?: Arguments;
  /** A data set with part and slice; what is left out: part `test`, nothing perturbed, seed 1. */
  readonly data?: Partial<TestData> & Pick<TestData, 'dataset' | 'name' | 'reading'>;
  readonly bindings: readonly Binding[];
  readonly success?: readonly SuccessRule[];
  readonly tolerances?: Readonly<Record<string, Tolerance>>;
  readonly notes?: string;
}

/** Which tests to run on which models. */
export interface TestRunOrder {
  readonly nodes: readonly NodeId[];
  /** All that are bound to each node when absent; those named also run where they are not bound. */
  readonly tests?: readonly TestId[];
  /** Runs again what has a current result. */
  readonly again?: boolean;
  readonly device?: DeviceChoice;
}

export interface TestRunReport {
  readonly ran: number;
  /** Had a current result already. */
  readonly cached: number;
  readonly failed: number;
  readonly errors: number;
  readonly ms: number;
  readonly findings: readonly TestFinding[];
}

/** A result with the node that it counts for. */
export interface NodeResult extends TestResult {
  readonly node: NodeId;
}

/** Something a person should know besides pass and fail. */
export type TestFinding =
  | {
      readonly is: 'regression';
      readonly node: NodeId;
      readonly parent: NodeId;
      readonly test: TestId;
      readonly metric: string;
      readonly before: number;
      readonly after: number;
    }
  | {
      readonly is: 'backends-disagree';
      readonly node: NodeId;
      readonly test: TestId;
      readonly check: CrossCheck;
    };

/** Where each model stands, for the graph's red and green and the table. */
export interface TestBoard {
  /** Current results; those of older versions of a test are left out. */
  readonly results: readonly NodeResult[];
  /** Bound tests without a current result. */
  readonly stale: readonly { readonly node: NodeId; readonly test: TestId }[];
  readonly findings: readonly TestFinding[];
  /** By test: its metrics with the tolerances that hold for it. */
  readonly metrics: Readonly<Record<TestId, readonly Metric[]>>;
}
