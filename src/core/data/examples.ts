/** Values of one column for every example: `count` times the product of `shape` numbers, row-major. */
export interface Column {
  readonly name: string;
  readonly dtype: 'f32' | 'u8' | 'i32';
  /** Of one example; `[]` is a single number. */
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A decoded data set, or a part of one: every column has `count` values. */
export interface Examples {
  readonly count: number;
  readonly columns: readonly Column[];
}
