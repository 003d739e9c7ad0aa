import { elementCount, type Dtype } from '../../core/dtype.ts';
import type { Literal, OpNode } from '../../core/network/network.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';

/**
 * A tensor of the plain evaluator: every dtype as float64 numbers, row-major. Bools are 0 and 1;
 * 64-bit integers are exact to 2^53; i32 and u32 arithmetic wraps as ONNX Runtime's does.
 */
export interface NdArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Computes a node's outputs. Floats are computed in float64 whatever their dtype says, so that finite
 * differences can check gradients. An optional input that is left out is undefined.
 */
export type Kernel = (
  inputs: readonly (NdArray | undefined)[],
  node: OpNode,
  opset: number,
) => readonly NdArray[];

export function ndArray(dtype: Dtype, shape: readonly number[], data: ArrayLike<number>): NdArray {
  if (elementCount(shape) !== data.length)
    throw new Error(`${data.length} numbers for shape [${shape.join(', ')}]`);
  return { dtype, shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function ndArrayOf(tensor: Literal): NdArray {
  return { dtype: tensor.dtype, shape: tensor.shape, data: numbersOf(tensor) };
}

const literalDtypes = [
  'f32',
  'f64',
  'i64',
  'i32',
  'i16',
  'i8',
  'u8',
  'u16',
  'u32',
  'bool',
] as const;

/** An array as a tensor of a network; undefined for dtypes that constants are not made of here. */
export function literalOf({ dtype, shape, data }: NdArray): Literal | undefined {
  const writable = literalDtypes.find((each) => each === dtype);
  return writable && literal(writable, shape, data);
}

/** Elements between two neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}
