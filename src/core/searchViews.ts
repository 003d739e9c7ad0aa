import type { NodeId, TestId } from './ids.ts';
import type { EdgeKind } from './lineage/graph.ts';
import type { SuccessRule } from './modelTests/modelTest.ts';
import type { Verdict } from './modelTests/testResult.ts';
import type { DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about walking the lineage
 * and searching it for a fault.
 */

/** A condition on a model; a model without a current result of the test meets neither of the first two. */
export type Condition =
  | { readonly is: 'fails' | 'passes' | 'untested'; readonly test: TestId }
  | { readonly is: 'tag'; readonly tag: string }
  | { readonly is: 'type'; readonly modelType: string }
  /** `*` is any run of characters, `?` is one. */
  | { readonly is: 'name'; readonly pattern: string }
  | { readonly is: 'among'; readonly nodes: readonly NodeId[] }
  | { readonly is: 'not'; readonly condition: Condition }
  | { readonly is: 'every' | 'some'; readonly conditions: readonly Condition[] };

/** A walk over the lineage (reference §9.1). */
export interface WalkOrder {
  readonly start: readonly NodeId[];
  readonly kinds: readonly EdgeKind[];
  readonly direction: 'down' | 'up';
  readonly order: 'breadth-first' | 'depth-first' | 'topological';
  /** Not in the result, but walked through. */
  readonly skip?: Condition;
  /** Neither in the result nor walked through. */
  readonly stop?: Condition;
}

/** How a search asks a model whether it is bad. */
export interface Suspicion {
  readonly test: TestId;
  /** What good means, instead of the test's own rules. */
  readonly success?: readonly SuccessRule[];
  /** Runs of an outcome that must agree; more than 1 for a test that is not always the same. */
  readonly repeats?: number;
  readonly device?: DeviceChoice;
}

/** Bisects the ancestry of a bad model. */
export interface BisectOrder extends Suspicion {
  readonly bad: NodeId;
  /** Models known to be good; all that is above them is taken to be good. */
  readonly good?: readonly NodeId[];
  readonly kinds?: readonly EdgeKind[];
  /** Not to be tested. */
  readonly skip?: readonly NodeId[];
  /** Also looks on the paths that do not pass through what was found: more tests. */
  readonly every?: boolean;
  /** Tests the parents of what was found where they were only taken to be good. Yes unless said. */
  readonly verify?: boolean;
}

export type SearchVerdict = 'good' | 'bad' | 'unknown';

/** Where a search stands; told after each test. */
export interface SearchState {
  /** What is known, by test or by inference. */
  readonly known: readonly {
    readonly node: NodeId;
    readonly verdict: SearchVerdict;
    /** Whether it was tested; else it follows from others. */
    readonly tested: boolean;
  }[];
  /** Models among which the first bad one still is. */
  readonly candidates: readonly NodeId[];
  /** About to be tested. */
  readonly next?: NodeId;
  readonly tests: number;
  /** At most so many more, while outcomes are clear; with more than 64 candidates about so many. */
  readonly left: number;
}

export interface BisectReport {
  /** Where the fault came in, each with its parents; several where unknown outcomes or paths leave them. */
  readonly first: readonly {
    readonly node: NodeId;
    readonly parents: readonly {
      readonly node: NodeId;
      readonly kind: EdgeKind;
      readonly verdict: SearchVerdict;
    }[];
  }[];
  readonly tests: number;
  readonly tested: readonly {
    readonly node: NodeId;
    readonly verdict: SearchVerdict;
    readonly outcomes: readonly Verdict[];
  }[];
  /** For people: "introduced in b3, between a (good) and b3 (bad); 5 tests of 60 models". */
  readonly summary: string;
  readonly notes: readonly string[];
}

/** All models that inherited a fault: the first bad ancestors, and what is bad below them. */
export interface InheritOrder extends Suspicion {
  readonly known: NodeId;
  /** Both when absent. */
  readonly kinds?: readonly EdgeKind[];
}

export interface InheritReport {
  readonly origins: readonly NodeId[];
  readonly affected: readonly NodeId[];
  /** Of these, those that were not tested: they lie between an origin and another affected one. */
  readonly inferred: readonly NodeId[];
  readonly tests: number;
  /** Models that a search of all would have tested. */
  readonly of: number;
  readonly unknown: readonly NodeId[];
  readonly summary: string;
  /** What the answer rests on, and what was found strange. */
  readonly notes: readonly string[];
}

/** Searches inside an edge: which layers carry the fault. */
export interface LocaliseOrder extends Suspicion {
  readonly good: NodeId;
  readonly bad: NodeId;
  readonly by: 'layer' | 'tensor';
}

export interface LocaliseReport {
  /** Smallest groups found that make the good model bad, in the child's names. */
  readonly guilty: readonly { readonly label: string; readonly tensors: readonly string[] }[];
  /** Putting the parent's values of `guilty` into the child makes it good again. */
  readonly mends: boolean;
  readonly tests: number;
  readonly groups: number;
  readonly summary: string;
  /** What could not be swapped, unclear outcomes. */
  readonly notes: readonly string[];
}
