import type { GraphBuilder } from '../graphBuilder.ts';

/**
 * A reduction over `axes`, in the form of the builder's operator set: ReduceSum takes its axes as an
 * input from version 13 on, all others from 18 on.
 */
export function reduce(
  b: GraphBuilder,
  op: 'ReduceSum' | 'ReduceMax' | 'ReduceMean' | 'ReduceSumSquare',
  value: string,
  axes: readonly number[],
  keepdims: boolean,
): string {
  const keep = { keepdims: keepdims ? 1 : 0 };
  return op === 'ReduceSum' || b.opset >= 18
    ? b.op(op, [value, b.ints(axes)], keep)
    : b.op(op, [value], { axes, ...keep });
}

/** The sum of all elements, as a scalar of shape `[]`. */
export function total(b: GraphBuilder, value: string): string {
  const axes = b.shape(value).map((_, axis) => axis);
  return axes.length === 0 ? value : reduce(b, 'ReduceSum', value, axes, false);
}
