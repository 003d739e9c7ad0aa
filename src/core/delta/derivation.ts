/**
 * How the bytes of a chunk are expected to follow from those of stored chunks, its bases: the
 * hypothesis whose exact residual is stored instead of the chunk. Found by a detector or told by a
 * recipe, never trusted: what it predicts wrongly is in the residual, so that decoding is exact.
 *
 * All arithmetic is defined to the bit in docs/storage-format.md, "Derivations". Where a kind reads
 * _joined_ bases, it reads them as one run of bytes, in the order of the list that comes with it.
 */
export type Derivation =
  | RangesDerivation
  | GatherDerivation
  | SumDerivation
  | CastDerivation
  | ScaledDerivation
  | LowRankDerivation
  | QuantisedDerivation
  | MaskedDerivation
  | LargestDerivation
  | StepsDerivation;

/** Floats that arithmetic is defined for. */
export type FloatName = 'f64' | 'f32' | 'f16' | 'bf16';
/** Numbers that a cast or a scale may start from. */
export type NumberName = FloatName | 'i8' | 'u8' | 'i16' | 'u16' | 'i32';

/** Runs of bytes at any alignment: tensors joined or cut, rows added, texts changed here and there. */
export interface RangesDerivation {
  readonly is: 'ranges';
  /** In order of the chunk's bytes; `fromByte` is in the joined bases, −1 for what none has. */
  readonly pieces: readonly Piece[];
}

export interface Piece {
  readonly fromByte: number;
  readonly bytes: number;
}

/**
 * Elements in another place: axes in another order, rows or channels kept, reordered, added. The
 * element at the indices i of the chunk's tensor is element `offset + Σ strideₐ · tableₐ[iₐ]` of the
 * joined bases.
 */
export interface GatherDerivation {
  readonly is: 'gather';
  readonly elementBytes: 1 | 2 | 4 | 8;
  /** May be negative, and stands for where a base's first element would be. */
  readonly offset: number;
  /** First element of the chunk in the row-major tensor of these axes. */
  readonly first: number;
  /** One to six. */
  readonly axes: readonly GatherAxis[];
}

export interface GatherAxis {
  readonly extent: number;
  /** In elements of the base; may be 0 or negative. */
  readonly stride: number;
  /** Index in the base for each of `extent`, −1 for what it does not have; absent: the index itself. */
  readonly table?: Int32Array;
}

/** Σ coefficient · base over bases of the chunk's length and dtype. */
export interface SumDerivation {
  readonly is: 'sum';
  readonly dtype: FloatName;
  /**
   * `sum`: c₀·x₀ + c₁·x₁ + …, from the left, the first product added to 0. `steps`: x₀ + c₁·(x₁ −
   * x₀) + c₂·(x₂ − x₀) + …, c₀ unused. `mix`: as `sum`, but where all are equal they stay.
   */
  readonly form: 'sum' | 'steps' | 'mix';
  readonly coefficients: Float64Array;
}

/** The same numbers in another dtype, rounded to nearest even. */
export interface CastDerivation {
  readonly is: 'cast';
  readonly from: NumberName;
  readonly to: FloatName;
  /** Element of the joined bases that is the chunk's first. */
  readonly offset: number;
}

/** (number − zero) · factor: batch normalisation folded in, a constant factor, codes dequantised. */
export interface ScaledDerivation {
  readonly is: 'scaled';
  readonly from: NumberName;
  readonly to: FloatName;
  readonly offset: number;
  readonly zero: number;
  readonly factors: AlongAxis;
}

/** A number for each element: `values[⌊(first + i) / inner⌋ mod values.length]` for element i. */
export interface AlongAxis {
  readonly inner: number;
  readonly first: number;
  /** At least one. */
  readonly values: Float64Array;
}

/** base + scale · (B · A), the matrices from the chunk itself or from two more bases. */
export interface LowRankDerivation {
  readonly is: 'low-rank';
  readonly dtype: FloatName;
  /** Of the whole matrix. */
  readonly columns: number;
  /** First element of the chunk in the matrix whose row 0 is row `fromRow` of B. */
  readonly first: number;
  readonly fromRow: number;
  readonly rank: number;
  readonly scale: number;
  /** B `[rows, rank]` and A `[rank, columns]`, row-major; absent: f32, bases 1 and 2. */
  readonly factors?: { readonly b: Float32Array; readonly a: Float32Array };
}

/** clamp(round(number / scale) + zero), as int8 or uint8. */
export interface QuantisedDerivation {
  readonly is: 'quantised';
  readonly from: FloatName;
  readonly to: 'i8' | 'u8';
  readonly offset: number;
  /** How halves are rounded: to the even neighbour, or up as `Math.round` does. */
  readonly rounding: 'even' | 'up';
  readonly zero: number;
  readonly low: number;
  readonly high: number;
  /**
   * Given; or from the numbers themselves: `channels` scales along the axis, each the f32 nearest
   * to the largest absolute value over `divisor`, 1 where that is 0.
   */
  readonly scales:
    AlongAxis | { readonly inner: number; readonly channels: number; readonly divisor: number };
}

/**
 * The scales of quantised weights, f32: for each channel the largest absolute value of the joined
 * bases over `divisor`, 1 where that is 0.
 */
export interface LargestDerivation {
  readonly is: 'largest';
  readonly from: FloatName;
  /** Elements of the bases that are of one channel in a row. */
  readonly inner: number;
  readonly divisor: number;
}

/** The base, of the chunk's length, with zeros in places: pruned. */
export interface MaskedDerivation {
  readonly is: 'masked';
  readonly dtype: FloatName;
  /** Numbers nearer to 0 than this are 0; or a bit for each element, kept with the chunk. */
  readonly zeros: { readonly below: number } | 'map';
  /** Zeros have the sign of what they were, as after a product with a mask. */
  readonly signed: boolean;
}

/**
 * Whole numbers of one step from the base, or from 0 without one: what a lossy model is made of. An element
 * is base + step · integer, in float64, rounded once to the dtype; the integers are what is stored.
 */
export interface StepsDerivation {
  readonly is: 'steps';
  readonly dtype: FloatName;
  /** Positive and finite. */
  readonly step: number;
  /** Elements of a row of the tensor, whose columns are alike; 0 where it has none. */
  readonly rowElements: number;
}
