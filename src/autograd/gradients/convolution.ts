import { intOf } from '../../core/network/attributes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import {
  transposedAxes,
  windowAttributes,
  windowAxes,
  windowSurplus,
  type WindowAxis,
} from '../shapes/windows.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';

/** Conv and ConvTranspose. */
export const convolutionGradients: Readonly<Record<string, GradientRule>> = {
  Conv: ({ b, node, grads, needs }) => {
    const [x = '', w = ''] = node.inputs;
    const [grad = ''] = grads;
    const group = intOf(node, 'group', 1);
    const axes = windowAxes(node, b.shape(x).slice(2), b.shape(w).slice(2));
    const input = () =>
      b.op('ConvTranspose', [grad, w], {
        ...windowAttributes(axes),
        group,
        output_padding: axes.map(windowSurplus),
      });
    return [
      needs[0] === true ? input() : undefined,
      needs[1] === true ? weightGradient(b, { big: x, small: grad, group, axes }) : undefined,
      needs[2] === true ? biasGradient(b, grad) : undefined,
    ];
  },
  ConvTranspose: (context: GradientContext) => {
    const { b, node, grads, needs } = context;
    const [x = '', w = ''] = node.inputs;
    const [grad = ''] = grads;
    const group = intOf(node, 'group', 1);
    const axes = transposedAxes(node, b.shape(x).slice(2), b.shape(w).slice(2));
    const input = () => {
      const made = b.op('Conv', [grad, w], { ...windowAttributes(axes), group });
      return cropped(
        b,
        made,
        axes.map(({ output }) => output),
      );
    };
    return [
      needs[0] === true ? input() : undefined,
      needs[1] === true ? weightGradient(b, { big: grad, small: x, group, axes }) : undefined,
      needs[2] === true ? biasGradient(b, grad) : undefined,
    ];
  },
};

/** Sum over all but the channels. */
function biasGradient(b: GraphBuilder, grad: string): string {
  const axes = b.shape(grad).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return b.op('ReduceSum', [grad, b.ints(axes)], { keepdims: 0 });
}

/** The first `extents` elements of the spatial axes. */
function cropped(b: GraphBuilder, value: string, extents: readonly number[]): string {
  const spatial = b.shape(value).slice(2);
  if (spatial.every((extent, at) => extent === extents[at])) return value;
  return b.op('Slice', [
    value,
    b.ints(extents.map(() => 0)),
    b.ints(extents),
    b.ints(extents.map((_, at) => at + 2)),
  ]);
}

/**
 * The gradient by the weight of the Conv from `big` [N, g·C, …] to `small` [N, M, …]: itself a Conv whose
 * batch is the channels, whose channels are the batch, and whose kernel is `small`; strides become
 * dilations and the other way round. The groups stay groups: `big` as [C, g·N, …], `small` as [M, N, …].
 */
function weightGradient(
  b: GraphBuilder,
  of: { big: string; small: string; group: number; axes: readonly WindowAxis[] },
): string {
  const { axes, group } = of;
  const spatial = axes.map((_, at) => at + 2);
  const [batch = 0, channels = 0, ...extents] = b.shape(of.big);
  const perGroup = channels / group;
  const swap = (value: string) => b.op('Transpose', [value], { perm: [1, 0, ...spatial] });
  const shaped = (value: string, shape: readonly number[]) =>
    b.op('Reshape', [value, b.ints(shape)]);
  let big: string;
  if (group === 1) big = swap(of.big);
  else {
    // [N, g·C, …] → [C, g·N, …]; for a depthwise Conv (C = 1) swapping the two axes is all.
    const apart =
      perGroup === 1 ? swap(of.big) : shaped(of.big, [batch, group, perGroup, ...extents]);
    const moved =
      perGroup === 1
        ? apart
        : b.op('Transpose', [apart], { perm: [2, 1, 0, ...spatial.map((axis) => axis + 1)] });
    big = shaped(moved, [perGroup, group * batch, ...extents]);
  }
  // What lies behind the last window must not be seen: taken from the padding, the rest cropped after.
  const ends = axes.map((axis) => axis.end - Math.min(axis.end, Math.max(0, windowSurplus(axis))));
  const made = b.op('Conv', [big, swap(of.small)], {
    kernel_shape: axes.map(({ output }) => output),
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ begin }) => begin), ...ends],
    group,
  });
  const kernel = axes.map(({ kernel: taps }) => taps);
  const exact = cropped(b, made, kernel);
  const [, smallChannels = 0] = b.shape(of.small);
  return perGroup === 1 ? shaped(exact, [smallChannels, 1, ...kernel]) : swap(exact);
}
