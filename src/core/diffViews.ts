import type { Dtype } from './dtype.ts';
import type { NodeId } from './ids.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about comparing models.
 */

/** A layer as a diff shows it: of side `a`, of side `b`, or the two matched. */
export interface LayerMatch {
  /** Indices into the architectures' layers; one of them may be missing. */
  readonly a?: number;
  readonly b?: number;
  /**
   * `equal`: same structure and content; `changed`: same structure, other values; `reshaped`: same
   * place, other structural attributes; `moved`: matched, but in another place of the dataflow.
   */
  readonly is: 'equal' | 'changed' | 'reshaped' | 'moved' | 'added' | 'removed';
  /** For people: "conv1 (Conv 3→16, 3×3)". */
  readonly label: string;
  readonly kind: string;
  /** What tells the two apart, in words: "outC 16 → 24", "bias appeared: folded batch-norm?". */
  readonly notes: readonly string[];
  /** Tensors of it, as indices into `ModelDiff.tensors`. */
  readonly tensors: readonly number[];
}

export interface EdgeDifference {
  /** Layer indices of its side. */
  readonly from: number | 'IN';
  readonly to: number | 'OUT';
  readonly side: 'a' | 'b';
  /** `operators`: both have it, with other contracted operators in between. */
  readonly is: 'added' | 'removed' | 'operators';
  readonly via: readonly string[];
}

/** Two tensors that belong together, or one without a partner. */
export interface TensorPair {
  readonly a?: { readonly index: number; readonly name: string };
  readonly b?: { readonly index: number; readonly name: string };
  readonly dtype: Dtype;
  readonly shapeA?: readonly number[];
  readonly shapeB?: readonly number[];
  /** `transposed`: `b` is compared with `a` transposed. */
  readonly is: 'equal' | 'changed' | 'reshaped' | 'added' | 'removed';
  readonly transposed: boolean;
  /** How they were paired: "content", "layer", "name", "shape and order". */
  readonly by: string;
  /** Index into `ModelDiff.layers`; absent for a tensor that no layer owns. */
  readonly layer?: number;
}

/** 0 is identical; `bounded` never exceeds 1, the paper's number may. */
export interface DivergenceView {
  readonly structural: number;
  readonly contextual: number;
}

/** A comparison by structure and content ids: no tensor is read for it. */
export interface ModelDiff {
  readonly a: NodeId;
  readonly b: NodeId;
  /** In order of execution, both sides merged. Deterministic. */
  readonly layers: readonly LayerMatch[];
  readonly edges: readonly EdgeDifference[];
  readonly tensors: readonly TensorPair[];
  /** The paper's numbers (reference §3.4), and ours by the better matching, from 0 to 1. */
  readonly paper: DivergenceView;
  readonly bounded: DivergenceView;
  /** Sides whose dataflow was guessed from tensor names, because the format has none. */
  readonly assumed: readonly ('a' | 'b')[];
  /** A line for people: "2 of 12 layers changed, 1 added". */
  readonly summary: string;
}

/** What changed within a pair of tensors of one shape. All of the finite elements, in float64. */
export interface TensorDifference {
  /** Index into `ModelDiff.tensors`. */
  readonly pair: number;
  readonly elements: number;
  readonly differing: number;
  readonly normA: number;
  readonly normB: number;
  /** Euclidean norm of b − a, and its ratio to `normA` (NaN where that is 0). */
  readonly norm: number;
  readonly relative: number;
  readonly cosine: number;
  readonly largest: number;
  /** Flat index of the element that changed most. */
  readonly largestAt: number;
  readonly meanChange: number;
  /** Elements whose sign is another (zeros not counted). */
  readonly signFlips: number;
  readonly notFinite: number;
  /** What kind of update it looks like: "low rank", "sparse, 3 %", "scaled by 0.5", "small and everywhere". */
  readonly looksLike: string;
}

/** One pair in depth. */
export interface TensorDifferenceDetail extends TensorDifference {
  /** Counts of b − a in equal bins over ±`range`. */
  readonly histogram: readonly number[];
  readonly range: number;
  /** Largest singular values of b − a as a matrix, descending; absent where it has one axis only. */
  readonly singularValues?: readonly number[];
  /** Singular values needed for 99 % of the squared norm; `exact` false where estimated from a sketch. */
  readonly rank?: { readonly value: number; readonly of: number; readonly exact: boolean };
  readonly largestChanges: readonly {
    readonly at: readonly number[];
    readonly a: number;
    readonly b: number;
  }[];
}

/** A rectangle of a tensor seen as a matrix. */
export interface TileOrder {
  /** `a`, `b`, or the difference b − a. */
  readonly of: 'a' | 'b' | 'difference';
  /**
   * `matrix`, as when left out: first axis down, the others across. `filters`, for four axes of numbers
   * that are not complex: each filter a picture of its own, outputs down and inputs across.
   */
  readonly layout?: 'matrix' | 'filters';
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  /** Most cells wanted; each is the element of largest magnitude of those it covers. */
  readonly height: number;
  readonly width: number;
}

export interface Tile {
  /** Of the whole matrix. */
  readonly totalRows: number;
  readonly totalColumns: number;
  /** Cells, row-major. */
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array<ArrayBuffer>;
  readonly min: number;
  readonly max: number;
}
