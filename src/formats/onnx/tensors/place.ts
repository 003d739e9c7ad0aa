import type { Dtype } from '../../../core/dtype.ts';
import type { PayloadEncoding } from '../../../core/snapshot.ts';
import type { VarintEncoding } from '../../segments/varint.ts';

/** Where a tensor's values stand. Offsets and sizes in bytes. */
export type Place =
  /** Strings, which stay in the skeleton. */
  | { readonly is: 'literal' }
  /** No values at all. */
  | { readonly is: 'empty' }
  /** One run of the main file. */
  | {
      readonly is: 'run';
      readonly offset: number;
      readonly storedBytes: number;
      readonly encoding: PayloadEncoding;
    }
  /** One run of another file; without `length` as long as the tensor. */
  | { readonly is: 'external'; readonly location: string; readonly offset: number }
  | ScatteredPlace;

/**
 * A repeated field of the message bytes `[start, end)` that is no single run, or whose varints an
 * encoder would write otherwise. Its bytes are literal, and its values are a payload besides.
 */
export interface ScatteredPlace {
  readonly is: 'scattered';
  readonly start: number;
  readonly end: number;
  readonly field: number;
  /** How to decode a varint; for floats and doubles, bytes are taken as they are. */
  readonly encoding: VarintEncoding | { readonly is: 'raw' };
}

/** A tensor of a model, checked: its shape fits its values. */
export interface FoundTensor {
  /** Unique in the model. */
  readonly name: string;
  /** Offset of its message in the main file. */
  readonly at: number;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  readonly place: Place;
}
