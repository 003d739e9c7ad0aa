import { elementCount } from '../../core/dtype.ts';
import { intOf } from '../../core/network/attributes.ts';
import { windowCounts } from '../evaluate/kernels/pooling.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { poolingAxes } from '../shapes/pooling.ts';
import { covering, windowAttributes, windowSurplus, type WindowAxis } from '../shapes/windows.ts';
import type { GradientRule } from './gradientRule.ts';
import { maxPoolGradient } from './maxPool.ts';
import { repeated, sideBySide } from './sideBySide.ts';
import { refuse } from '../unsupported.ts';

/** MaxPool, AveragePool and their global forms. */
export const poolingGradients: Readonly<Record<string, GradientRule>> = {
  MaxPool: ({ b, node, grads: [grad = ''] }) => {
    const [x = ''] = node.inputs;
    if (node.outputs.slice(1).some((name) => name !== ''))
      refuse(node, 'its second output, the indices, is not to be had on WebGPU');
    return [
      maxPoolGradient(b, {
        x,
        most: node.outputs[0] ?? '',
        grad,
        axes: poolingAxes(node, b.shape(x)),
      }),
    ];
  },
  AveragePool: ({ b, node, grads: [grad = ''] }) => {
    const [x = ''] = node.inputs;
    const axes = poolingAxes(node, b.shape(x));
    const counts = windowCounts(axes, intOf(node, 'count_include_pad', 0) === 1);
    const [count = 1] = counts;
    const alike = counts.every((other) => other === count);
    const part = alike
      ? b.op('Mul', [grad, b.scalar(1 / count)])
      : b.op('Mul', [
          grad,
          b.floats(
            [1, 1, ...axes.map(({ output }) => output)],
            counts.map((each) => 1 / each),
          ),
        ]);
    if (sideBySide(axes)) return [repeated(b, part, axes)];
    return [spread(b, part, b.shape(x), axes)];
  },
  GlobalAveragePool: ({ b, node, grads: [grad = ''] }) => {
    const shape = b.shape(node.inputs[0] ?? '');
    const part = b.op('Mul', [grad, b.scalar(1 / elementCount(shape.slice(2)))]);
    return [b.op('Expand', [part, b.ints(shape)])];
  },
};

/** Adds each position's value to all elements under its window. */
function spread(
  b: GraphBuilder,
  value: string,
  shape: readonly number[],
  axes: readonly WindowAxis[],
): string {
  // Channels become examples: one small kernel for all of them.
  const planes = elementCount(shape.slice(0, 2));
  const flat = b.op('Reshape', [value, b.ints([planes, 1, ...axes.map(({ output }) => output)])]);
  const taps = axes.map(({ kernel }) => kernel);
  const ones = b.floats([1, 1, ...taps], new Float32Array(elementCount(taps)).fill(1));
  const all = covering(axes);
  const made = b.op('ConvTranspose', [flat, ones], {
    ...windowAttributes(all),
    output_padding: all.map(windowSurplus),
  });
  return b.op('Reshape', [made, b.ints(shape)]);
}
