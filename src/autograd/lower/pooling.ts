import { intOf, textOf } from '../../core/network/attributes.ts';
import { elementCount } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';
import { windowCounts } from '../evaluate/kernels/pooling.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { lowestFloat, paddedBy } from '../gradients/windowTaps.ts';
import { poolingAxes } from '../shapes/pooling.ts';
import { covering, windowAttributes } from '../shapes/windows.ts';
import type { Lowering } from './lowering.ts';

/** auto_pad as pads. ceil_mode, about which runtimes disagree, as more of them. */
const explicitPads: Lowering = ({ b, node }) => {
  const ceil = intOf(node, 'ceil_mode', 0) === 1;
  if (textOf(node, 'auto_pad', 'NOTSET') === 'NOTSET' && !ceil) return undefined;
  const [x = ''] = node.inputs;
  const given = poolingAxes(node, b.shape(x));
  const axes = covering(given);
  // Dilated windows may reach over the end by more than the kernel's own extent, which no runtime pads.
  if (node.op === 'MaxPool' && axes.some(({ end, kernel }) => end >= kernel)) {
    const bare = axes.map((axis) => ({ ...axis, begin: 0, end: 0 }));
    const padded = paddedBy(b, x, axes, { value: lowestFloat });
    return [b.op('MaxPool', [padded], windowAttributes(bare))];
  }
  const { pads } = windowAttributes(axes);
  const attributes = { ...node.attributes, auto_pad: 'NOTSET', ceil_mode: 0, pads };
  const outputs = b.ops(node.op, node.inputs, attributes, node.outputs.length);
  if (node.op !== 'AveragePool' || intOf(node, 'count_include_pad', 0) === 0) return outputs;
  // ONNX counts the padding that is asked for, not the elements that ceil_mode adds.
  const counts = windowCounts(given, true);
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  if (counts.every((count) => count === taps)) return outputs;
  const shape = [1, 1, ...axes.map(({ output }) => output)];
  const factors = b.floats(
    shape,
    counts.map((count) => taps / count),
  );
  return [b.op('Mul', [outputs[0] ?? '', factors])];
};

/** MaxPool, AveragePool and their global forms. */
export const poolingLowerings: Readonly<Record<string, Lowering>> = {
  MaxPool: explicitPads,
  AveragePool: explicitPads,
  // A window over everything: the gradient of MaxPool gives it to the first of equal elements.
  GlobalMaxPool: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const spatial = b.shape(x).slice(2);
    return [b.op('MaxPool', [x], { kernel_shape: spatial, strides: spatial })];
  },
  LpPool: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const p = intOf(node, 'p', 2);
    const axes = covering(poolingAxes(node, b.shape(x)));
    const planes = b.op('Reshape', [
      powers(b, x, p),
      b.ints([elementCount(b.shape(x).slice(0, 2)), 1, ...axes.map(({ input }) => input)]),
    ]);
    const taps = axes.map(({ kernel }) => kernel);
    const ones = b.constant(
      literal('f32', [1, 1, ...taps], new Float32Array(elementCount(taps)).fill(1)),
    );
    const sums = b.op('Conv', [planes, ones], windowAttributes(axes));
    const shape = [...b.shape(x).slice(0, 2), ...axes.map(({ output }) => output)];
    return [b.op('Reshape', [root(b, sums, p), b.ints(shape)])];
  },
  GlobalLpPool: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const p = intOf(node, 'p', 2);
    const axes = b.ints(b.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [axis])));
    return [root(b, b.op('ReduceSum', [powers(b, x, p), axes], { keepdims: 1 }), p)];
  },
};

function powers(b: GraphBuilder, x: string, p: number): string {
  if (p === 2) return b.op('Mul', [x, x]);
  const size = b.op('Abs', [x]);
  return p === 1 ? size : b.op('Pow', [size, b.scalar(p)]);
}

function root(b: GraphBuilder, sums: string, p: number): string {
  if (p === 1) return sums;
  return p === 2 ? b.op('Sqrt', [sums]) : b.op('Pow', [sums, b.scalar(1 / p)]);
}
