import { elementCount } from '../../core/dtype.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/**
 * The gradient of a broadcast: `value` summed over the axes along which something of `shape` was repeated
 * to become `value`'s shape. Adds at most a ReduceSum and a Reshape; nothing where the shapes are equal.
 *
 * @param shape - broadcasts to the shape of `value`.
 * @returns a value of `shape`.
 */
export function sumTo(b: GraphBuilder, value: string, shape: readonly number[]): string {
  const from = b.shape(value);
  const lead = from.length - shape.length;
  if (lead === 0 && shape.every((extent, axis) => extent === from[axis])) return value;
  const axes = from.flatMap((extent, axis) =>
    extent !== 1 && (axis < lead || shape[axis - lead] === 1) ? [axis] : [],
  );
  if (axes.length === 0) return b.op('Reshape', [value, b.ints(shape)]);
  const kept = from.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  if (elementCount(kept) !== elementCount(shape))
    throw new Error(`[${shape.join(', ')}] does not broadcast to [${from.join(', ')}]`);
  if (lead === 0) return b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 1 });
  const sum = b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 0 });
  const left = b.shape(sum);
  const dropped = left.length === shape.length && left.every((extent, at) => extent === shape[at]);
  return dropped ? sum : b.op('Reshape', [sum, b.ints(shape)]);
}
