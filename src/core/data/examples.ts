/**
 * `image`: `[H, W]`, `[C, H, W]` or `[H, W, C]`. `spectrogram`: `[…, mels, frames]`, standardised.
 * `wave`: samples. `tokens`: ids, 0 pads. `numbers`: anything else.
 */
export type Holds = 'image' | 'spectrogram' | 'wave' | 'tokens' | 'numbers';

/** Values of one column for every example: `count` times the product of `shape` numbers, row-major. */
export interface Column {
  readonly name: string;
  readonly dtype: 'f32' | 'u8' | 'i32';
  /** Of one example; `[]` is a single number. */
  readonly shape: readonly number[];
  /** What the numbers are: decides which augmentations apply, and how. Told from the dtype when absent. */
  readonly holds?: Holds;
  readonly data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A decoded data set, or a part of one: every column has `count` values. */
export interface Examples {
  readonly count: number;
  readonly columns: readonly Column[];
}
