import { elementCount } from '../../../core/dtype.ts';
import { floatOf, intOf, intsOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { ndArray, stridesOf, type Kernel, type NdArray } from '../ndArray.ts';
import { refuse } from '../../unsupported.ts';

/** Batch, instance and group normalisation. */
export const normalisationKernels: Readonly<Record<string, Kernel>> = {
  BatchNormalization: (inputs, node) => {
    const [x, scale, bias, mean, variance] = given(inputs, node, 5);
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    const [, channels = 1, ...spatial] = x.shape;
    const plane = elementCount(spatial);
    const channelOf = (at: number) => Math.floor(at / plane) % channels;
    if (intOf(node, 'training_mode', 0) === 0)
      return [affine(x, channelOf, { mean, variance, epsilon }, scale, bias)];
    const found = statistics(x, channels, channelOf);
    const momentum = floatOf(node, 'momentum', 0.9);
    const running = (old: NdArray, batch: NdArray) =>
      ndArray(
        old.dtype,
        old.shape,
        old.data.map((value, at) => value * momentum + (batch.data[at] as number) * (1 - momentum)),
      );
    return [
      affine(x, channelOf, { ...found, epsilon }, scale, bias),
      running(mean, found.mean),
      running(variance, found.variance),
    ];
  },
  InstanceNormalization: (inputs, node) => {
    const [x, scale, bias] = given(inputs, node, 3);
    const [batch = 1, channels = 1] = x.shape;
    return [normalised(x, batch * channels, node, scale, bias)];
  },
  GroupNormalization: (inputs, node) => {
    const [x, scale, bias] = given(inputs, node, 3);
    return [normalised(x, (x.shape[0] ?? 1) * intOf(node, 'num_groups', 1), node, scale, bias)];
  },
  LRN: (inputs, node) => {
    const [x] = given(inputs, node, 1);
    const size = intOf(node, 'size', 1);
    const alpha = floatOf(node, 'alpha', 1e-4);
    const [, channels = 1, ...spatial] = x.shape;
    const plane = elementCount(spatial);
    const before = Math.floor((size - 1) / 2);
    const after = Math.ceil((size - 1) / 2);
    const data = x.data.map((value, at) => {
      const channel = Math.floor(at / plane) % channels;
      let sum = 0;
      for (let step = -before; step <= after; step++)
        if (channel + step >= 0 && channel + step < channels)
          sum += (x.data[at + step * plane] as number) ** 2;
      return (
        value / (floatOf(node, 'bias', 1) + (alpha / size) * sum) ** floatOf(node, 'beta', 0.75)
      );
    });
    return [ndArray(x.dtype, x.shape, data)];
  },
  MeanVarianceNormalization: (inputs, node) => {
    const [x] = given(inputs, node, 1);
    const axes = (intsOf(node, 'axes') ?? [0, 2, 3]).map(
      (axis) => (axis + x.shape.length) % x.shape.length,
    );
    const strides = stridesOf(x.shape);
    const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
    const groupOf = (at: number) =>
      kept.reduce(
        (group, axis) =>
          group * (x.shape[axis] ?? 1) +
          (Math.floor(at / (strides[axis] ?? 1)) % (x.shape[axis] ?? 1)),
        0,
      );
    const groups = elementCount(kept.map((axis) => x.shape[axis] ?? 1));
    const { mean, variance } = statistics(x, groups, groupOf);
    const data = x.data.map((value, at) => {
      const group = groupOf(at);
      return (
        (value - (mean.data[group] as number)) / (Math.sqrt(variance.data[group] as number) + 1e-9)
      );
    });
    return [ndArray(x.dtype, x.shape, data)];
  },
};

/** The first `count` inputs. */
function given<N extends 1 | 3 | 5>(
  inputs: readonly (NdArray | undefined)[],
  node: OpNode,
  count: N,
): N extends 5
  ? readonly [NdArray, NdArray, NdArray, NdArray, NdArray]
  : N extends 3
    ? readonly [NdArray, NdArray, NdArray]
    : readonly [NdArray];
function given(
  inputs: readonly (NdArray | undefined)[],
  node: OpNode,
  count: number,
): readonly (NdArray | undefined)[] {
  if (inputs.slice(0, count).filter((input) => input !== undefined).length < count)
    refuse(node, `it needs ${count} inputs`);
  return inputs;
}

interface Statistics {
  readonly mean: NdArray;
  readonly variance: NdArray;
}

/** Mean and population variance of each group of elements. */
function statistics(x: NdArray, groups: number, groupOf: (at: number) => number): Statistics {
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  const each = x.data.length / groups;
  x.data.forEach((value, at) => {
    const group = groupOf(at);
    mean[group] = (mean[group] as number) + value / each;
  });
  x.data.forEach((value, at) => {
    const group = groupOf(at);
    variance[group] = (variance[group] as number) + (value - (mean[group] as number)) ** 2 / each;
  });
  return {
    mean: ndArray(x.dtype, [groups], mean),
    variance: ndArray(x.dtype, [groups], variance),
  };
}

function affine(
  x: NdArray,
  groupOf: (at: number) => number,
  { mean, variance, epsilon }: Statistics & { readonly epsilon: number },
  scale: NdArray,
  bias: NdArray,
  partOf = groupOf,
): NdArray {
  const data = x.data.map((value, at) => {
    const group = groupOf(at);
    const part = partOf(at);
    const unit =
      (value - (mean.data[group] as number)) /
      Math.sqrt((variance.data[group] as number) + epsilon);
    return unit * (scale.data[part] as number) + (bias.data[part] as number);
  });
  return ndArray(x.dtype, x.shape, data);
}

/** Runs of equal length normalised each by itself; scale and bias by channel, or by run of an example. */
function normalised(
  x: NdArray,
  runs: number,
  node: OpNode,
  scale: NdArray,
  bias: NdArray,
): NdArray {
  const length = x.data.length / runs;
  const runOf = (at: number) => Math.floor(at / length);
  const example = x.data.length / (x.shape[0] ?? 1);
  const parts = scale.data.length;
  const partOf = (at: number) => Math.floor(((at % example) * parts) / example);
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  return affine(x, runOf, { ...statistics(x, runs, runOf), epsilon }, scale, bias, partOf);
}
