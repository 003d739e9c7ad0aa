import type { StridedView } from './view.ts';

/**
 * Writes elements in row-major order to where a view of `buffer` has them: the inverse of `gatherView`.
 * The view must lie within the buffer, as a parsed one does.
 *
 * @param elementBytes - 1 or more.
 */
export function scatterView(
  buffer: Uint8Array,
  { byteOffset, shape, strides }: StridedView,
  elementBytes: number,
  elements: Uint8Array,
): void {
  const index = new Array<number>(shape.length).fill(0);
  for (let from = 0; from < elements.length; from += elementBytes) {
    const to = index.reduce(
      (sum, at, axis) => sum + at * (strides[axis] as number) * elementBytes,
      byteOffset,
    );
    buffer.set(elements.subarray(from, from + elementBytes), to);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
}
