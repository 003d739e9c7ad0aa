import { elementCount, isFloat } from '../../core/dtype.ts';
import { intOf } from '../../core/network/attributes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { Known } from '../known.ts';
import { frontAxis } from '../nodeInputs.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { inverseOf, splitSizes } from '../shapes/reshaping.ts';
import { permutationOf, sliceRanges, type SliceRange } from '../shapes/reshapingMoves.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { stopsGradient } from './stopGradient.ts';
import { sumTo } from './sumTo.ts';

/** The elements stay in order: the gradient gets the input's shape back. */
const back: GradientRule = ({ b, node, grads }) => {
  const [grad, input] = [grads[0], node.inputs[0]];
  return grad === undefined || input === undefined ? [] : [reshapeTo(b, grad, b.shape(input))];
};

/** Views and moves: Reshape, Transpose, Concat, Split, Expand, Tile, …. */
export const reshapingGradients: Readonly<Record<string, GradientRule>> = {
  Identity: ({ node, grads }) => (stopsGradient(node) ? [] : [grads[0]]),
  Reshape: back,
  Flatten: back,
  Squeeze: back,
  Unsqueeze: back,
  Cast: ({ b, node, grads }) => {
    const from = b.dtype(node.inputs[0] ?? '');
    const to = b.dtype(node.outputs[0] ?? '');
    if (grads[0] === undefined || !isFloat(from) || !isFloat(to)) return [];
    return [from === to ? grads[0] : b.op('Cast', [grads[0]], { to: codeOfDtype(from) })];
  },
  Transpose: ({ b, node, grads }) => {
    if (grads[0] === undefined) return [];
    const perm = inverseOf(permutationOf(node, b.shape(grads[0]).length));
    return [b.op('Transpose', [grads[0]], { perm })];
  },
  Expand: ({ b, node, grads }) =>
    grads[0] === undefined ? [] : [sumTo(b, grads[0], b.shape(node.inputs[0] ?? ''))],
  Tile: tileGradient,
  Concat: concatGradient,
  Split: splitGradient,
  Slice: ({ b, node, grads }) => {
    if (grads[0] === undefined) return [];
    const shape = b.shape(node.inputs[0] ?? '');
    if (elementCount(b.shape(grads[0])) === 0) return [];
    return [placeSlice(b, grads[0], shape, sliceRanges(knownInputs(b, node.inputs), node))];
  },
  Trilu: ({ b, node, grads }) => {
    if (grads[0] === undefined) return [];
    const upper = intOf(node, 'upper', 1);
    return [b.op('Trilu', [grads[0], ...node.inputs.slice(1)], { upper })];
  },
};

/** A value in another shape of as many elements; itself where it has that shape already. */
export function reshapeTo(b: GraphBuilder, value: string, shape: readonly number[]): string {
  const there = b.shape(value);
  if (there.length === shape.length && there.every((extent, axis) => extent === shape[axis]))
    return value;
  return b.op('Reshape', [value, b.ints(shape)]);
}

/** What is known of a node's inputs; undefined for those left out. */
export function knownInputs(
  b: GraphBuilder,
  names: readonly string[],
): readonly (Known | undefined)[] {
  return names.map((name) => (name === '' ? undefined : b.known(name)));
}

/** Repeats are summed: [r₀, d₀, r₁, d₁, …] over the r axes. */
function tileGradient({ b, node, grads }: GradientContext): readonly (string | undefined)[] {
  const [grad, input = ''] = [grads[0], node.inputs[0]];
  if (grad === undefined) return [];
  const shape = b.shape(input);
  const tiled = b.shape(grad);
  const split = shape.flatMap((extent, axis) => [(tiled[axis] ?? 1) / Math.max(extent, 1), extent]);
  const axes = shape.flatMap((extent, axis) => (tiled[axis] === extent ? [] : [2 * axis]));
  if (axes.length === 0) return [grad];
  const summed = b.op('ReduceSum', [reshapeTo(b, grad, split), b.ints(axes)], { keepdims: 0 });
  return [reshapeTo(b, summed, shape)];
}

/** One Split where several parts are wanted, else a Slice. */
function concatGradient({
  b,
  node,
  grads,
  needs,
}: GradientContext): readonly (string | undefined)[] {
  const grad = grads[0];
  if (grad === undefined) return [];
  const rank = b.shape(grad).length;
  const axis = frontAxis(intOf(node, 'axis', 1), rank, node);
  const sizes = node.inputs.map((name) => b.shape(name)[axis] ?? 1);
  if (sizes.length === 1) return [grad];
  if (needs.filter(Boolean).length > 1)
    return b.ops('Split', [grad, b.ints(sizes)], { axis }, sizes.length);
  let start = 0;
  return sizes.map((size, at) => {
    const from = start;
    start += size;
    if (needs[at] !== true) return undefined;
    return b.op('Slice', [grad, b.ints([from]), b.ints([from + size]), b.ints([axis])]);
  });
}

/** The parts' gradients side by side, zeros where a part is not used. */
function splitGradient({ b, node, grads }: GradientContext): readonly (string | undefined)[] {
  const { axis } = splitSizes(knownInputs(b, node.inputs), node);
  const parts = node.outputs.map((name, at) => grads[at] ?? zeroValue(b, b.shape(name)));
  return [parts.length === 1 ? parts[0] : b.op('Concat', parts, { axis })];
}

/** Most elements of a constant of zeros; more are expanded from one when the graph runs. */
const constantZeros = 4096;

/** An f32 value of zeros. */
export function zeroValue(b: GraphBuilder, shape: readonly number[]): string {
  const count = elementCount(shape);
  if (count <= constantZeros) return b.floats(shape, new Float32Array(count));
  return b.op('Expand', [b.scalar(0), b.ints(shape)]);
}

/** Zeros of `shape` with `value` at what `ranges` take: what a Slice does, backwards. */
export function placeSlice(
  b: GraphBuilder,
  value: string,
  shape: readonly number[],
  ranges: readonly SliceRange[],
): string {
  let made = value;
  const turned = ranges.flatMap(({ step, count }, axis) => (step < 0 && count > 1 ? [axis] : []));
  if (turned.length > 0)
    made = b.op('Slice', [
      made,
      b.ints(turned.map(() => -1)),
      b.ints(turned.map(() => -(2 ** 31))),
      b.ints(turned),
      b.ints(turned.map(() => -1)),
    ]);
  for (const [axis, { step, count }] of ranges.entries())
    if (Math.abs(step) > 1 && count > 1) made = spread(b, made, axis, Math.abs(step));
  const before = ranges.map(({ start, step, count }) =>
    step < 0 ? start + step * (count - 1) : start,
  );
  const there = b.shape(made);
  const after = shape.map((extent, axis) => extent - (before[axis] ?? 0) - (there[axis] ?? 0));
  if ([...before, ...after].every((pad) => pad === 0)) return made;
  return b.op('Pad', [made, b.ints([...before, ...after])]);
}

/** Puts `step − 1` zeros between neighbours along an axis. */
function spread(b: GraphBuilder, value: string, axis: number, step: number): string {
  const shape = b.shape(value);
  const apart = reshapeTo(b, value, shape.toSpliced(axis + 1, 0, 1));
  const pads = new Array<number>(2 * (shape.length + 1)).fill(0);
  pads[shape.length + 1 + axis + 1] = step - 1;
  const padded = b.op('Pad', [apart, b.ints(pads)]);
  const count = shape[axis] ?? 1;
  const joined = reshapeTo(b, padded, shape.with(axis, count * step));
  return b.op('Slice', [joined, b.ints([0]), b.ints([count * step - step + 1]), b.ints([axis])]);
}
