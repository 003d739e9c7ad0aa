import type { Dtype } from '../core/dtype.ts';
import type { OpNode } from '../core/network/network.ts';
import type { NdArray } from './evaluate/ndArray.ts';

/** A value's type while a graph is built: extents are all numbers, since the batch is bound. */
export interface ValueType {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** What is known of a value before a run; `value` where it does not depend on any input or weight. */
export interface Known extends ValueType {
  readonly value?: NdArray;
}

/**
 * Types of a node's outputs from its inputs', as the ONNX operator's shape inference gives them.
 *
 * @throws LineageError `network-unsupported` where the inputs do not fit the operator, or a shape
 *   depends on values that are only known at run time.
 */
export type ShapeRule = (
  inputs: readonly (Known | undefined)[],
  node: OpNode,
  opset: number,
) => readonly ValueType[];
