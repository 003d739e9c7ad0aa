import { elementCount, type Dtype } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import { stridesOf, type NdArray } from './ndArray.ts';

/**
 * The shape that all of `shapes` broadcast to. Source: ONNX, Multidirectional Broadcasting (NumPy's).
 *
 * @throws LineageError `network-unsupported` where they do not fit.
 */
export function broadcastShape(
  shapes: readonly (readonly number[])[],
  node = 'broadcast',
): readonly number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let extent = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === extent) continue;
      if (extent !== 1)
        throw new LineageError('network-unsupported', {
          node,
          reason: `shapes ${shapes.map((each) => `[${each.join(', ')}]`).join(' and ')} do not fit`,
        });
      extent = own;
    }
    return extent;
  });
}

/** Steps through an array of shape `from` as it is repeated to `to`; 0 along repeated axes. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, axis) =>
    axis < lead || from[axis - lead] === 1 ? 0 : (strides[axis - lead] ?? 0),
  );
}

/** The numbers of `array` repeated to `shape`, row-major. Not a copy where the shapes are equal. */
export function broadcastTo(array: NdArray, shape: readonly number[]): Float64Array {
  const { data } = array;
  if (data.length === elementCount(shape)) return data;
  const result = new Float64Array(elementCount(shape));
  if (data.length === 1) return result.fill(data[0] as number);
  const strides = broadcastStrides(array.shape, shape);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = data[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      from += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= next * (strides[axis] as number);
    }
  }
  return result;
}

/** Applies `apply` to each element. */
export function mapped(
  array: NdArray,
  apply: (value: number) => number,
  dtype: Dtype = array.dtype,
): NdArray {
  return { dtype, shape: array.shape, data: array.data.map((value) => apply(value)) };
}

/** Applies `apply` to each pair of elements of the two arrays, broadcast to each other. */
export function mappedPairs(
  a: NdArray,
  b: NdArray,
  apply: (a: number, b: number) => number,
  dtype: Dtype = a.dtype,
): NdArray {
  const shape = broadcastShape([a.shape, b.shape]);
  const left = broadcastTo(a, shape);
  const right = broadcastTo(b, shape);
  const data = new Float64Array(left.length);
  for (let at = 0; at < data.length; at++)
    data[at] = apply(left[at] as number, right[at] as number);
  return { dtype, shape, data };
}
