import { knownInputs } from '../gradients/reshaping.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { splitSizes } from '../shapes/reshaping.ts';
import { sliceRanges } from '../shapes/reshapingMoves.ts';
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

/** Before the first element, as an end; an index of −1 would be the last. */
const beforeAll = -(2 ** 31);

/**
 * A Slice that goes backwards from an element before the last, as two: the WebGPU kernel of
 * onnxruntime-web 1.30 begins such a one too far behind (7:0:-3 of 9 elements gives 8, 5, 2).
 */
const slice: Lowering = ({ b, node }) => {
  const [x = ''] = node.inputs;
  const shape = b.shape(x);
  const ranges = sliceRanges(knownInputs(b, node.inputs), node);
  const axes = ranges.flatMap(({ step, start, count }, axis) =>
    step < 0 && count > 0 && start < (shape[axis] ?? 1) - 1 ? [axis] : [],
  );
  if (axes.length === 0) return undefined;
  const cropped = b.op('Slice', [
    x,
    b.ints(axes.map(() => 0)),
    b.ints(axes.map((axis) => (ranges[axis]?.start ?? 0) + 1)),
    b.ints(axes),
  ]);
  const ends = ranges.map(({ start, step, count }) => {
    const end = start + step * count;
    return end < 0 ? beforeAll : end;
  });
  return [
    b.op('Slice', [
      cropped,
      b.ints(ranges.map(({ start }) => start)),
      b.ints(ends),
      b.ints([...ranges.keys()]),
      b.ints(ranges.map(({ step }) => step)),
    ]),
  ];
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
  Slice: slice,
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
