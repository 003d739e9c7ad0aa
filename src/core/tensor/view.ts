/**
 * A view of a buffer as PyTorch and NumPy describe it: an element of index `i` lies at
 * `byteOffset + Σ i[k]·strides[k]·elementBytes`. Strides count elements; 0 repeats, negative ones go
 * backwards.
 */
export interface StridedView {
  readonly byteOffset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Whether the view's elements lie one after the other in row-major order. */
export function isContiguous({ shape, strides }: Omit<StridedView, 'byteOffset'>): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    if (extent !== 1 && strides[axis] !== expected) return false;
    expected *= extent;
  }
  return true;
}

/** First and one past the last byte that a view touches, relative to its buffer; equal when empty. */
export function viewExtent(view: StridedView, elementBytes: number): [number, number] {
  let first = view.byteOffset;
  let last = view.byteOffset;
  for (const [axis, extent] of view.shape.entries()) {
    if (extent === 0) return [view.byteOffset, view.byteOffset];
    const reach = (extent - 1) * (view.strides[axis] as number) * elementBytes;
    if (reach < 0) first += reach;
    else last += reach;
  }
  return [first, last + elementBytes];
}

/**
 * The elements of a view in row-major order, in bytes of their own.
 *
 * @param elementBytes - 1 or more.
 * @returns undefined when the view reaches outside of `buffer`.
 */
export function gatherView(
  buffer: Uint8Array,
  view: StridedView,
  elementBytes: number,
): Uint8Array<ArrayBuffer> | undefined {
  const [first, end] = viewExtent(view, elementBytes);
  if (first < 0 || end > buffer.length) return undefined;
  const { shape, strides, byteOffset } = view;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (isContiguous(view)) return buffer.slice(byteOffset, byteOffset + count * elementBytes);
  const bytes = new Uint8Array(count * elementBytes);
  const index = new Array<number>(shape.length).fill(0);
  let from = byteOffset;
  for (let to = 0; to < bytes.length; to += elementBytes) {
    for (let k = 0; k < elementBytes; k++) bytes[to + k] = buffer[from + k] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = (strides[axis] as number) * elementBytes;
      const next = (index[axis] as number) + 1;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        from += stride;
        break;
      }
      index[axis] = 0;
      from -= (next - 1) * stride;
    }
  }
  return bytes;
}
