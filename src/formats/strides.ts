import { elementCount } from '../core/dtype.ts';

/** Whether elements follow each other without a gap in row-major order; any stride fits an extent of 1. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  if (elementCount(shape) === 0) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    if (extent !== 1 && strides[axis] !== expected) return false;
    expected *= extent;
  }
  return true;
}
