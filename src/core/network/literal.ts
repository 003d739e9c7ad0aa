import { elementCount, type Dtype } from '../dtype.ts';
import { decodeElements } from '../tensor/elements.ts';
import type { Literal } from './network.ts';

const writable = ['f32', 'f64', 'i64', 'i32', 'i16', 'i8', 'u8', 'u16', 'u32', 'bool'] as const;
type Writable = (typeof writable)[number];

/** Whether `literal` can make tensors of this dtype. */
export function isWritable(dtype: Dtype): dtype is Writable {
  return (writable as readonly Dtype[]).includes(dtype);
}

/**
 * A tensor of the given numbers. Floats are rounded to the dtype; integers must be whole and fit.
 *
 * @param shape - extents; `numbers` has their product.
 */
export function literal(
  dtype: Writable,
  shape: readonly number[],
  numbers: ArrayLike<number>,
): Literal {
  if (elementCount(shape) !== numbers.length)
    throw new Error(`${numbers.length} numbers for shape [${shape.join(', ')}]`);
  return { dtype, shape, bytes: bytesOf(dtype, numbers) };
}

/** A one-dimensional int64 tensor, as shapes and axes are given. */
export function ints(numbers: readonly number[]): Literal {
  return literal('i64', [numbers.length], numbers);
}

/** A scalar: shape `[]`. */
export function scalar(dtype: Writable, value: number): Literal {
  return literal(dtype, [], [value]);
}

/** The numbers of a tensor in row-major order; 64-bit integers beyond 2^53 are rounded. */
export function numbersOf(tensor: Literal): Float64Array {
  return decodeElements(tensor.dtype, tensor.bytes);
}

/** By constructors: `from` goes through an iterator, which takes seconds for large tensors. */
function bytesOf(dtype: Writable, numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  switch (dtype) {
    case 'f32':
      return viewed(new Float32Array(numbers));
    case 'f64':
      return viewed(new Float64Array(numbers));
    case 'i64':
      return viewed(BigInt64Array.from(Array.from(numbers, (number) => BigInt(number))));
    case 'i32':
      return viewed(new Int32Array(numbers));
    case 'i16':
      return viewed(new Int16Array(numbers));
    case 'i8':
      return viewed(new Int8Array(numbers));
    case 'u16':
      return viewed(new Uint16Array(numbers));
    case 'u32':
      return viewed(new Uint32Array(numbers));
    case 'u8':
    case 'bool':
      return new Uint8Array(numbers);
  }
}

function viewed(array: { readonly buffer: ArrayBuffer }): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.buffer);
}
