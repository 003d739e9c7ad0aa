import { intOf, intsOf } from '../core/network/attributes.ts';
import type { OpNode } from '../core/network/network.ts';
import { refuse } from './unsupported.ts';

/** An axis counted from the front. @throws LineageError `network-unsupported` outside of the rank. */
export function axisOf(axis: number, rank: number, node: OpNode): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (counted < 0 || counted >= Math.max(rank, 1))
    refuse(node, `axis ${axis} of a value with ${rank} axes`);
  return counted;
}

/**
 * The axes that a Reduce node works on, in order: from the attribute or the input `axes`; without them
 * all, or none for `noop_with_empty_axes`.
 *
 * @param given - the numbers of the input `axes`, if there is one.
 */
export function reducedAxes(
  node: OpNode,
  rank: number,
  given: ArrayLike<number> | undefined,
): readonly number[] {
  const listed = intsOf(node, 'axes') ?? (given === undefined ? [] : Array.from(given));
  if (listed.length > 0)
    return [...new Set(listed.map((axis) => axisOf(axis, rank, node)))].sort((a, b) => a - b);
  if (intOf(node, 'noop_with_empty_axes', 0) === 1) return [];
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** The shape with 1 along `axes`, or without these axes. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keep: boolean,
): readonly number[] {
  return keep
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}
