/**
 * How the bytes of a chunk are expected to follow from those of stored chunks, its bases: the
 * hypothesis whose exact residual is stored instead of the chunk. Found by a detector or told by a
 * recipe, never trusted: what it predicts wrongly is in the residual, so that decoding is exact.
 *
 * Offsets and lengths are in elements of the base unless said otherwise; bases are named by their
 * place in the list that comes with the derivation. All arithmetic is defined to the bit in
 * docs/storage-format.md.
 */
export type Derivation =
  RangesDerivation | TransposedDerivation | ScaledDerivation | SumDerivation | CastDerivation;

/** Runs of bytes copied from the bases: rows, columns or channels kept, vocabularies grown, tensors joined or cut. */
export interface RangesDerivation {
  readonly is: 'ranges';
  /** In order of the chunk's bytes; what no base has (`base` −1) is predicted as zeros. */
  readonly pieces: readonly {
    readonly base: number;
    readonly fromByte: number;
    readonly bytes: number;
  }[];
}

/** A matrix `[columns, rows]` read down its columns, or channels put in another order. */
export interface TransposedDerivation {
  readonly is: 'transposed';
  /** Shape of the base and the order of its axes in the chunk, over all bases joined. */
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  /** First element of the chunk in the transposed tensor. */
  readonly from: number;
}

/** Elements times a factor: one for all, or one for each row (batch normalisation folded in). */
export interface ScaledDerivation {
  readonly is: 'scaled';
  /** Elements of a row; the factors are one for each row, or one for all. */
  readonly rowElements: number;
  readonly factors: Float64Array;
}

/** Σ coefficient · base, and a product of two low-rank factors where there is one. */
export interface SumDerivation {
  readonly is: 'sum';
  readonly coefficients: Float64Array;
}

/** Another dtype of the same values: half precision, or integers by scale and zero point. */
export interface CastDerivation {
  readonly is: 'cast';
  readonly from: 'float32' | 'float16' | 'bfloat16' | 'float64';
  readonly to: 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int8' | 'uint8';
}
