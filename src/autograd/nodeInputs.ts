import { intsOf } from '../core/network/attributes.ts';
import type { OpNode } from '../core/network/network.ts';
import type { Known } from './known.ts';
import { unsupported } from './unsupported.ts';

/** Input `at` of a node. @throws LineageError `network-unsupported` where the node lacks it. */
export function inputAt<T>(inputs: readonly (T | undefined)[], at: number, node: OpNode): T {
  const input = inputs[at];
  if (input === undefined) throw unsupported(node, `it lacks its input ${at}`);
  return input;
}

/**
 * The numbers of input `at`, which decide the shape of an output: undefined where it is left out.
 *
 * @throws LineageError `network-unsupported` where they depend on what a run feeds.
 */
export function settledNumbers(
  inputs: readonly (Known | undefined)[],
  at: number,
  node: OpNode,
): readonly number[] | undefined {
  const input = inputs[at];
  if (input === undefined) return undefined;
  if (input.value === undefined)
    throw unsupported(node, `its input ${at} decides a shape and is only known at run time`);
  return Array.from(input.value.data);
}

/** The numbers of input `at`, or of the attribute that older operator sets have in its place. */
export function inputOrAttribute(
  inputs: readonly (Known | undefined)[],
  at: number,
  node: OpNode,
  attribute: string,
): readonly number[] | undefined {
  return settledNumbers(inputs, at, node) ?? intsOf(node, attribute);
}

/** Axis counted from the front. @throws LineageError `network-unsupported` outside of the rank. */
export function frontAxis(axis: number, rank: number, node: OpNode): number {
  const front = axis < 0 ? axis + rank : axis;
  if (front < 0 || front >= Math.max(rank, 1))
    throw unsupported(node, `axis ${axis} of a value with ${rank} axes`);
  return front;
}
