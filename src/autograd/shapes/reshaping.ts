import { intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule, ValueType } from '../known.ts';
import { frontAxis, inputAt, inputOrAttribute } from '../nodeInputs.ts';
import { dtypeAttribute } from '../onnxDataTypes.ts';
import { unsupported } from '../unsupported.ts';
import { moveShapeRules } from './moves.ts';
import { reshapingMoves } from './reshapingMoves.ts';

/** Views and moves: Reshape, Transpose, Concat, Split, Expand, Tile, …. */
export const reshapingShapeRules: Readonly<Record<string, ShapeRule>> = {
  ...moveShapeRules(reshapingMoves),
  Cast: (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    return [{ dtype: dtypeAttribute(node, 'to', input.dtype), shape: input.shape }];
  },
  CastLike: (inputs, node) => [
    { dtype: inputAt(inputs, 1, node).dtype, shape: inputAt(inputs, 0, node).shape },
  ],
  Concat: (inputs, node) => [concatType(inputs, node)],
  Split: (inputs, node) => {
    const { dtype, shape } = inputAt(inputs, 0, node);
    const { axis, sizes } = splitSizes(inputs, node);
    return sizes.map((size) => ({ dtype, shape: shape.with(axis, size) }));
  },
};

/** The type of a Concat's output. @throws LineageError `network-unsupported` for unequal shapes. */
export function concatType(inputs: readonly (ValueType | undefined)[], node: OpNode): ValueType {
  const { dtype, shape } = inputAt(inputs, 0, node);
  const axis = frontAxis(intOf(node, 'axis', 1), shape.length, node);
  const others = inputs.map((_, at) => inputAt(inputs, at, node).shape);
  for (const other of others)
    if (
      other.length !== shape.length ||
      other.some((extent, at) => at !== axis && extent !== shape[at])
    )
      throw unsupported(node, `[${other.join(', ')}] does not go with [${shape.join(', ')}]`);
  return {
    dtype,
    shape: shape.with(
      axis,
      others.reduce((sum, other) => sum + (other[axis] ?? 0), 0),
    ),
  };
}

/** Axis of a Split and the extents of its outputs along it: given, or as equal as can be. */
export function splitSizes(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
): { readonly axis: number; readonly sizes: readonly number[] } {
  const { shape } = inputAt(inputs, 0, node);
  const axis = frontAxis(intOf(node, 'axis', 0), shape.length, node);
  const extent = shape[axis] ?? 1;
  const count = intOf(node, 'num_outputs', node.outputs.length);
  const part = Math.ceil(extent / count);
  const sizes =
    inputOrAttribute(inputs, 1, node, 'split') ??
    Array.from({ length: count }, (_, at) => Math.max(0, Math.min(part, extent - at * part)));
  if (sizes.reduce((sum, size) => sum + size, 0) !== extent)
    throw unsupported(node, `parts ${sizes.join(', ')} of an axis of ${extent}`);
  return { axis, sizes };
}

/** The permutation that undoes another. */
export function inverseOf(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length).fill(0);
  for (const [at, axis] of permutation.entries()) inverse[axis] = at;
  return inverse;
}
