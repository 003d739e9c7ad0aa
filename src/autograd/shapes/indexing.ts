import type { OpNode } from '../../core/network/network.ts';
import { intOf } from '../../core/network/attributes.ts';
import type { Known, ShapeRule, ValueType } from '../known.ts';
import { frontAxis, inputAt, settledNumbers } from '../nodeInputs.ts';
import { indexingMoves } from './indexingMoves.ts';
import { moveShapeRules } from './moves.ts';

const likeData: ShapeRule = (inputs, node) => {
  const { dtype, shape } = inputAt(inputs, 0, node);
  return [{ dtype, shape }];
};

/** Operators that take or put elements by indices. */
export const indexingShapeRules: Readonly<Record<string, ShapeRule>> = {
  ...moveShapeRules(indexingMoves),
  ScatterElements: likeData,
  Scatter: likeData,
  ScatterND: likeData,
  OneHot: (inputs, node) => [oneHotType(inputs, node).type],
};

/** Type of a OneHot's output, and where its new axis is. */
export function oneHotType(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
): { readonly type: ValueType; readonly axis: number; readonly depth: number } {
  const { shape } = inputAt(inputs, 0, node);
  const depth = settledNumbers(inputs, 1, node)?.[0] ?? 0;
  const axis = frontAxis(intOf(node, 'axis', -1), shape.length + 1, node);
  const { dtype } = inputAt(inputs, 2, node);
  return { type: { dtype, shape: shape.toSpliced(axis, 0, depth) }, axis, depth };
}
