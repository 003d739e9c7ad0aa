import { reduce } from '../gradients/reduce.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** The sum of all elements, as a scalar of shape `[]`. */
export function total(b: GraphBuilder, value: string): string {
  const axes = b.shape(value).map((_, axis) => axis);
  return axes.length === 0 ? value : reduce(b, 'Sum', value, axes, false);
}
