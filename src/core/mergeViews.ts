import type { Dtype } from './dtype.ts';
import type { NodeId } from './ids.ts';
import type { NodeResult, TestFinding } from './testViews.ts';
import type { DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about merging models.
 */

/** How the values of one layer are taken. B is the base. */
export type MergeMethod =
  | { readonly is: 'base' | 'x' | 'y' }
  /** Each tensor of the layer from the side that changed it: only where no tensor was changed by both. */
  | { readonly is: 'both' }
  /** (1 − t) · X + t · Y. */
  | { readonly is: 'average'; readonly t: number }
  /** Along the arc between X and Y. */
  | { readonly is: 'slerp'; readonly t: number }
  /** B + a · (X − B) + b · (Y − B). */
  | { readonly is: 'task-arithmetic'; readonly a: number; readonly b: number }
  /** Trim to the largest share of changes, elect signs, mean of those that agree (TIES, arXiv 2306.01708). */
  | { readonly is: 'ties'; readonly density: number; readonly scale: number };

/** What a layer is in a merge (reference §11). */
export interface MergeLayer {
  /** Stable within a plan: choices name it. */
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  /** Whether each side changed it; `same`: both made the same change. */
  readonly x: 'unchanged' | 'changed' | 'added' | 'removed' | 'reshaped';
  readonly y: 'unchanged' | 'changed' | 'added' | 'removed' | 'reshaped';
  readonly same: boolean;
  readonly verdict: 'unchanged' | 'one-side' | 'same-change' | 'possible-conflict' | 'conflict' | 'refused';
  /** For people: "X changed enc, Y changed headB, which reads from it". */
  readonly why: string;
  /** Used unless a person chooses; absent for a conflict, which a person must settle. */
  readonly method?: MergeMethod;
  /** Methods that fit: no average of layers of two shapes. */
  readonly methods: readonly MergeMethod['is'][];
  /** ‖X − B‖ / ‖B‖ and ‖Y − B‖ / ‖B‖, and the cosine between the two changes, where both exist. */
  readonly changeX?: number;
  readonly changeY?: number;
  readonly alignment?: number;
} // prettier-ignore

export interface MergePlan {
  readonly x: NodeId;
  readonly y: NodeId;
  readonly base: NodeId;
  /** Every best common ancestor; `base` is the nearest in content. */
  readonly bases: readonly NodeId[];
  readonly layers: readonly MergeLayer[];
  /**
   * `fast-forward`: one side changed nothing; `automatic`; `possible-conflict`: the tests of both sides
   * decide; `conflict`: a person does; `refused`: cannot be merged, and why.
   */
  readonly verdict: 'fast-forward' | 'automatic' | 'possible-conflict' | 'conflict' | 'refused';
  readonly because: readonly string[];
  /** For a fast-forward: the side that is the result. */
  readonly forward?: NodeId;
  readonly warnings: readonly string[];
}

export interface MergeOrder {
  readonly x: NodeId;
  readonly y: NodeId;
  /** Instead of the best one. */
  readonly base?: NodeId;
  /** By layer id. */
  readonly choices?: Readonly<Record<string, MergeMethod>>;
  readonly name?: string;
  readonly device?: DeviceChoice;
  /** Merges although a test got worse, or possible conflicts have no test. */
  readonly accept?: boolean;
}

/** The tests of both sides on a merge that is not stored. */
export interface MergePreview {
  /** Of the merge: `node` is x. */
  readonly results: readonly NodeResult[];
  readonly before: readonly NodeResult[];
  readonly findings: readonly TestFinding[];
  /** No test got worse than the worse of both sides, nor than a side on its own tests. */
  readonly accepted: boolean;
  /** Why it is not accepted, for people: "accuracy: share right 0.93 → 0.81, below both". */
  readonly because: readonly string[];
  readonly tests: number;
}

/** What the two sides did to one tensor of a layer, measured against the base. */
export interface MergeTensor {
  /** "weight", "bias"; "value" for a tensor that no layer owns. */
  readonly slot: string;
  /** Its name in the base, else in the side that added it. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The Euclidean norm in the base; absent where it has no such tensor, or of another shape. */
  readonly norm?: number;
  readonly x?: MergeTensorChange;
  readonly y?: MergeTensorChange;
  /** The cosine between both changes, where neither is 0. */
  readonly alignment?: number;
  /** Both histograms are over ±`range`, in equal bins. */
  readonly range: number;
}

export interface MergeTensorChange {
  /** ‖X − B‖. */
  readonly norm: number;
  /** Elements that are not what they were. */
  readonly differing: number;
  /** Counts of the changes other than 0; NaN and infinities are left out. */
  readonly histogram: readonly number[];
}

/** What came of an order. A fast-forward makes no model: a branch at the other side would move to `forward`. */
export interface MergeReport {
  readonly is: 'merged' | 'fast-forward';
  /** The merge, or the side that already is the result. */
  readonly node: NodeId;
  readonly name: string;
  readonly plan: MergePlan;
  /** Absent where no test is bound, and for a fast-forward. */
  readonly preview?: MergePreview;
  /** By how much the store grew; 0 for a fast-forward. */
  readonly storedBytes: number;
  /** For people: "Nothing to merge: b has everything of a. A branch at a would move to b." */
  readonly text: string;
}
