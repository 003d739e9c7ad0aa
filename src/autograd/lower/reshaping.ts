import { knownInputs } from '../gradients/reshaping.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { splitSizes } from '../shapes/reshaping.ts';
import { shapeRuleOf } from '../shapes/shapeRules.ts';
import type { Lowering } from './lowering.ts';

/** Leaves a node out that gives what it gets. */
const idle: Lowering = ({ b, node }) => {
  const [input = ''] = node.inputs;
  const [made] = shapeRuleOf(node.op)?.(knownInputs(b, node.inputs), node, b.opset) ?? [];
  const there = b.known(input);
  const same =
    made?.dtype === there.dtype &&
    made.shape.length === there.shape.length &&
    made.shape.every((extent, axis) => extent === there.shape[axis]);
  return same ? [input] : undefined;
};

/** Views and moves: Reshape, Transpose, Concat, Split, Expand, Tile, …. */
export const reshapingLowerings: Readonly<Record<string, Lowering>> = {
  Identity: idle,
  Cast: idle,
  Reshape: idle,
  Flatten: idle,
  Squeeze: idle,
  Unsqueeze: idle,
  Expand: idle,
  Tile: idle,
  CastLike: ({ b, node }) => {
    const [input = '', like = ''] = node.inputs;
    return [b.op('Cast', [input], { to: codeOfDtype(b.dtype(like)) })];
  },
  /** Operator set 17 has no uneven parts unless their sizes are given. */
  Split: ({ b, node }) => {
    const [input = '', given] = node.inputs;
    if (given !== undefined && given !== '') return undefined;
    const { axis, sizes } = splitSizes(knownInputs(b, node.inputs), node);
    return b.ops('Split', [input, b.ints(sizes)], { axis }, sizes.length);
  },
};
