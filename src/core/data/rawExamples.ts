import type { DataKind } from './dataset.ts';

/** Pixels 0 to 255, row by row, the channels of a pixel together: grey, or red, green, blue. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Mono sound. */
export interface RawClip {
  /** Samples a second. */
  readonly sampleRate: number;
  /** −1 to 1. */
  readonly samples: Float32Array<ArrayBuffer>;
}

export type RawNumbers =
  Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A column as the files have it, before any choice of a model: a value for each example. */
export type RawColumn =
  | {
      readonly is: 'numbers';
      readonly name: string;
      /** Of one example; `[]` is a single number. */
      readonly shape: readonly number[];
      readonly data: RawNumbers;
      /** Whether an example is a picture: `[H, W]`, `[C, H, W]` or `[H, W, C]`. */
      readonly picture?: boolean;
    }
  | { readonly is: 'strings'; readonly name: string; readonly values: readonly string[] }
  | { readonly is: 'images'; readonly name: string; readonly images: readonly RawImage[] }
  | { readonly is: 'audio'; readonly name: string; readonly clips: readonly RawClip[] };

/** A data set as read: every column has `count` values. */
export interface RawExamples {
  readonly kind: DataKind;
  readonly count: number;
  readonly columns: readonly RawColumn[];
}

/** How many numbers one example of a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether each example is one number or one string: what can be a category. */
export function isScalar(column: RawColumn): boolean {
  return column.is === 'strings' || (column.is === 'numbers' && sizeOf(column.shape) === 1);
}

/**
 * The value of a scalar column as text: what categories, `where` and class names are compared by. A
 * number is written as briefly as tells it from other stored ones: 7, not 7.0.
 */
export function valueText(column: RawColumn, row: number): string {
  if (column.is === 'strings') return column.values[row] ?? '';
  if (column.is !== 'numbers') throw new Error(`${column.name} has no values as text`);
  const value = column.data[row] as number;
  // Seven digits name a float32: 0.1 and not 0.10000000149011612.
  return String(column.data instanceof Float32Array ? Number(value.toPrecision(7)) : value);
}
