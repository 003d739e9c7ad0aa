import { elementCount } from '../../core/dtype.ts';
import { textOf } from '../../core/network/attributes.ts';
import { isIdentity, matrixOf, repetitionOf, type AxisMap } from '../evaluate/kernels/axisMaps.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { padMapsOf, resizeMapsOf } from '../shapes/resampling.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { refuse } from '../unsupported.ts';

/** Resize, Upsample, Pad, GridSample. */
export const resamplingGradients: Readonly<Record<string, GradientRule>> = {
  Resize: (context) => {
    const { b, grads: [grad = ''], needs } = context; // prettier-ignore
    if (needs.slice(1).includes(true)) refuse(context.node, 'its scales depend on what is trained');
    return [backThrough(b, grad, resizeMapsOf(knownInputs(context), context.node))];
  },
  Pad: (context) => {
    const { b, node, grads: [grad = ''], needs } = context; // prettier-ignore
    const maps = padMapsOf(knownInputs(context), node);
    const constant = textOf(node, 'mode', 'constant') === 'constant';
    const inner = constant ? part(b, grad, maps) : backThrough(b, grad, maps);
    // The padding's gradient is what does not reach the data.
    const value = () => {
      const [, , name = ''] = node.inputs;
      const all = (of: string) => b.op('ReduceSum', [of], { keepdims: 0 });
      return b.op('Reshape', [b.op('Sub', [all(grad), all(inner)]), b.ints(b.shape(name))]);
    };
    return [inner, undefined, needs[2] === true ? value() : undefined];
  },
};

function knownInputs({ b, node }: GradientContext) {
  return node.inputs.map((name) => (name === '' ? undefined : b.known(name)));
}

/** The elements of a padded value that are the input's. */
function part(b: GraphBuilder, grad: string, maps: readonly AxisMap[]): string {
  const axes = [...maps.keys()].filter((axis) => !isIdentity(maps[axis] as AxisMap));
  if (axes.length === 0) return grad;
  const starts = axes.map((axis) => maps[axis]?.from.findIndex((terms) => terms.length > 0) ?? 0);
  const ends = axes.map((axis, at) => (starts[at] ?? 0) + (maps[axis]?.input ?? 0));
  return b.op('Slice', [grad, b.ints(starts), b.ints(ends), b.ints(axes)]);
}

/**
 * The gradient through maps along each axis, all of them linear: a product with each one's matrix. Where
 * elements are only repeated, the sum over a block is cheaper.
 */
function backThrough(b: GraphBuilder, grad: string, maps: readonly AxisMap[]): string {
  const factors = maps.map(repetitionOf);
  const [batch, channels, ...spatial] = factors;
  const image = spatial.length === 1 || spatial.length === 2;
  if (image && batch === 1 && channels === 1 && spatial.every((factor) => factor !== undefined)) {
    const mean = b.op('AveragePool', [grad], { kernel_shape: spatial, strides: spatial });
    return b.op('Mul', [mean, b.scalar(elementCount(spatial))]);
  }
  let made = grad;
  for (const [axis, map] of maps.entries())
    if (!isIdentity(map)) made = product(b, made, axis, map);
  return made;
}

/** `value` times the map's matrix along an axis: output extents become input extents. */
function product(b: GraphBuilder, value: string, axis: number, map: AxisMap): string {
  const shape = b.shape(value);
  const { input, output } = map;
  const matrix = matrixOf(map);
  if (axis === shape.length - 1) return b.op('MatMul', [value, b.floats([output, input], matrix)]);
  const turned = matrix.map(
    (_, at) => matrix[(at % output) * input + Math.floor(at / output)] ?? 0,
  );
  const left = b.floats([input, output], turned);
  if (axis === shape.length - 2) return b.op('MatMul', [left, value]);
  const rows = [elementCount(shape.slice(0, axis)), output, elementCount(shape.slice(axis + 1))];
  const made = b.op('MatMul', [left, b.op('Reshape', [value, b.ints(rows)])]);
  return b.op('Reshape', [made, b.ints(shape.with(axis, input))]);
}
