import type { GraphBuilder } from '../graphBuilder.ts';

/**
 * Adds a Reduce node in the form of the builder's operator set: ReduceSum has its axes as an input from
 * 13 on, the others from 18 on.
 *
 * @param name - `Sum`, `Mean`, `Max`, ….
 */
export function reduce(
  b: GraphBuilder,
  name: string,
  value: string,
  axes: readonly number[],
  keep: boolean,
): string {
  const keepdims = keep ? 1 : 0;
  return b.opset >= (name === 'Sum' ? 13 : 18)
    ? b.op(`Reduce${name}`, [value, b.ints(axes)], { keepdims })
    : b.op(`Reduce${name}`, [value], { axes, keepdims });
}
