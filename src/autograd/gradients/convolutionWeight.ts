import { elementCount } from '../../core/dtype.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { windowSurplus, type WindowAxis } from '../shapes/windows.ts';
import { paddedBy, underTap } from './windowTaps.ts';

/** A Conv from `big` [N, g·C, …] to `small` [N, M, …]; a ConvTranspose has them the other way round. */
export interface Correlated {
  readonly big: string;
  readonly small: string;
  readonly group: number;
  readonly axes: readonly WindowAxis[];
}

/**
 * The gradient by the weight [M, C, …]: for each tap the products of `small` with what lies under the
 * tap in `big`, summed over examples and positions. Written as a Conv, as products of matrices, or tap by
 * tap, whichever is fastest.
 *
 * Measured on onnxruntime-web 1.30, wasm, 1 thread, batch 16, ms of processor time:
 *
 * | kernel 1×1, 64×16×16 → 128 | as a Conv 49 | as a product 3.2 |
 * | 3×3, 16×32×32 → 16 | as a Conv 10.4 | product by tap 5.1, of all taps at once 8.2 |
 * | 3×3, 64×8×8 → 64 | as a Conv 6.7 | product by tap 3.6, of all taps at once 4.2 |
 * | 3×3, 3×32×32 → 16 | as a Conv 2.1 | product by tap 4.5 |
 * | LeNet, 5×5, 6×14×14 → 16, batch 64 | as a Conv 6.2 | product by tap 9.6 |
 * | depthwise 3×3, 64×32×32 | as a Conv 20 | tap by tap 8.7, with the channels first 16.6 |
 * | the same with stride 2 | as a Conv 5.6 | tap by tap 3.7, with the channels first 7.6 |
 * | depthwise 3×3, 128×8×8 | as a Conv 2.6 | tap by tap 0.7, with the channels first 3.2 |
 */
export function weightGradient(b: GraphBuilder, of: Correlated): string {
  const { axes, group } = of;
  const [, channels = 0] = b.shape(of.big);
  const [, smallChannels = 0] = b.shape(of.small);
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  if (group === 1 && taps === 1) return asProduct(b, of);
  const many = channels >= 16 && taps <= 25;
  if (many && group === 1) return asProducts(b, of);
  if (many && channels === group && smallChannels === group) return byTaps(b, of);
  return asConvolution(b, of);
}

/** For a 1×1 kernel: a product of matrices, summed over examples before or after, whichever moves less. */
function asProduct(b: GraphBuilder, { big, small, axes }: Correlated): string {
  const positions = elementCount(axes.map(({ output }) => output));
  const [batch = 0, from = 0] = b.shape(big);
  const [, to = 0] = b.shape(small);
  const shaped = (value: string, shape: readonly number[]) =>
    b.op('Reshape', [value, b.ints(shape)]);
  const whole = axes.every(
    ({ input, output, begin, stride }) =>
      input === output && begin === 0 && (stride === 1 || output === 1),
  );
  const seen = whole ? big : underTap(b, paddedBy(b, big, axes), axes, 0);
  const weight = [to, from, ...axes.map(() => 1)];
  if (to * from <= positions * (to + from)) {
    const turned = b.op('Transpose', [shaped(seen, [batch, from, positions])], { perm: [0, 2, 1] });
    const each = b.op('MatMul', [shaped(small, [batch, to, positions]), turned]);
    return shaped(b.op('ReduceSum', [each, b.ints([0])], { keepdims: 0 }), weight);
  }
  const rows = (value: string, channels: number) =>
    shaped(b.op('Transpose', [shaped(value, [batch, channels, positions])], { perm: [1, 0, 2] }), [
      channels,
      batch * positions,
    ]);
  return shaped(b.op('Gemm', [rows(small, to), rows(seen, from)], { transB: 1 }), weight);
}

/** For many channels: a product for each tap. */
function asProducts(b: GraphBuilder, of: Correlated): string {
  const { rows, grad, under, from, to } = channelsLast(b, of);
  const shaped = (value: string, shape: readonly number[]) =>
    b.op('Reshape', [value, b.ints(shape)]);
  const left = shaped(grad, [rows, to]);
  const products = under.map((image) =>
    b.op('Gemm', [left, shaped(image, [rows, from])], { transA: 1 }),
  );
  const all = products.length === 1 ? (products[0] ?? '') : b.op('Concat', products, { axis: 1 });
  const taps = of.axes.map(({ kernel }) => kernel);
  const back = [0, taps.length + 1, ...taps.map((_, at) => at + 1)];
  return b.op('Transpose', [shaped(all, [to, ...taps, from])], { perm: back });
}

/** For a depthwise kernel: a sum for each tap. */
function byTaps(b: GraphBuilder, of: Correlated): string {
  const { rows, grad, under, to } = channelsLast(b, of);
  const sums = under.map((image) => {
    const products = b.op('Reshape', [b.op('Mul', [image, grad]), b.ints([rows, to])]);
    return b.op('ReduceSum', [products, b.ints([0])], { keepdims: 1 });
  });
  const all = sums.length === 1 ? (sums[0] ?? '') : b.op('Concat', sums, { axis: 0 });
  const turned = b.op('Transpose', [all], { perm: [1, 0] });
  return b.op('Reshape', [turned, b.ints([to, 1, ...of.axes.map(({ kernel }) => kernel)])]);
}

/** `small` and what lies under each tap in `big`, both with the channels last so that rows are long. */
function channelsLast(b: GraphBuilder, { big, small, axes }: Correlated) {
  const last = (value: string) =>
    b.op('Transpose', [value], { perm: [0, ...axes.map((_, at) => at + 2), 1] });
  const [batch = 0, from = 0] = b.shape(big);
  const [, to = 0] = b.shape(small);
  const image = paddedBy(b, last(big), axes, { first: 1 });
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  return {
    from,
    to,
    rows: batch * elementCount(axes.map(({ output }) => output)),
    grad: last(small),
    under: Array.from({ length: taps }, (_, tap) => underTap(b, image, axes, tap, 1)),
  };
}

/**
 * As a Conv whose batch is the channels, whose channels are the batch, and whose kernel is `small`;
 * strides become dilations and the other way round. The groups stay groups: `big` as [C, g·N, …], `small`
 * as [M, N, …].
 */
function asConvolution(b: GraphBuilder, of: Correlated): string {
  const { axes, group } = of;
  const spatial = axes.map((_, at) => at + 2);
  const [, channels = 0] = b.shape(of.big);
  const perGroup = channels / group;
  const swap = (value: string) => b.op('Transpose', [value], { perm: [1, 0, ...spatial] });
  // What lies behind the last window must not be seen: taken from the padding, the rest cropped after.
  const ends = axes.map((axis) => axis.end - Math.min(axis.end, Math.max(0, windowSurplus(axis))));
  const made = b.op('Conv', [channelsAsBatch(b, of), swap(of.small)], {
    kernel_shape: axes.map(({ output }) => output),
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ begin }) => begin), ...ends],
    group,
  });
  const kernel = axes.map(({ kernel: taps }) => taps);
  const exact = cropped(b, made, kernel);
  const [, smallChannels = 0] = b.shape(of.small);
  return perGroup === 1
    ? b.op('Reshape', [exact, b.ints([smallChannels, 1, ...kernel])])
    : swap(exact);
}

/** `big` [N, g·C, …] as [C, g·N, …]; for a depthwise Conv (C = 1) swapping two axes is all. */
function channelsAsBatch(b: GraphBuilder, { big, group, axes }: Correlated): string {
  const spatial = axes.map((_, at) => at + 2);
  const [batch = 0, channels = 0, ...extents] = b.shape(big);
  const perGroup = channels / group;
  const swapped = () => b.op('Transpose', [big], { perm: [1, 0, ...spatial] });
  if (group === 1) return swapped();
  const apart = () =>
    b.op('Transpose', [b.op('Reshape', [big, b.ints([batch, group, perGroup, ...extents])])], {
      perm: [2, 1, 0, ...spatial.map((axis) => axis + 1)],
    });
  const moved = perGroup === 1 ? swapped() : apart();
  return b.op('Reshape', [moved, b.ints([perGroup, group * batch, ...extents])]);
}

/** The first `extents` elements of the spatial axes. */
export function cropped(b: GraphBuilder, value: string, extents: readonly number[]): string {
  const spatial = b.shape(value).slice(2);
  if (spatial.every((extent, at) => extent === extents[at])) return value;
  return b.op('Slice', [
    value,
    b.ints(extents.map(() => 0)),
    b.ints(extents),
    b.ints(extents.map((_, at) => at + 2)),
  ]);
}
