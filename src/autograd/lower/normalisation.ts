import { floatAttribute, floatOf, intOf, intsOf } from '../../core/network/attributes.ts';
import { elementCount } from '../../core/dtype.ts';
import { batchStatistics } from './batchStatistics.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/** Batch, instance and group normalisation. */
export const normalisationLowerings: Readonly<Record<string, Lowering>> = {
  BatchNormalization: (context) => {
    const { b, node, options } = context;
    const [x = '', scale = '', bias = '', mean = '', variance = ''] = node.inputs;
    const epsilon = floatAttribute(floatOf(node, 'epsilon', 1e-5));
    if (options.mode === 'evaluate' || options.batchNorm === 'frozen')
      return [b.op('BatchNormalization', node.inputs, { epsilon })];
    const found = batchStatistics(b, x);
    // The gradient's rule sees that these are statistics of x, and goes through them in one go.
    followStatistics(context, mean, found.mean);
    followStatistics(context, variance, found.variance);
    return [b.op('BatchNormalization', [x, scale, bias, found.mean, found.variance], { epsilon })];
  },
  GroupNormalization: ({ b, node }) => {
    const [x = '', scale = '', bias = ''] = node.inputs;
    const [batch = 0, channels = 0, ...spatial] = b.shape(x);
    const groups = intOf(node, 'num_groups', 1);
    if (channels % groups !== 0) refuse(node, `${groups} groups of ${channels} channels`);
    const epsilon = floatAttribute(floatOf(node, 'epsilon', 1e-5));
    const apart = b.op('Reshape', [
      x,
      b.ints([batch, groups, (channels / groups) * elementCount(spatial)]),
    ]);
    // Operator set 18 scales groups, 21 scales channels.
    const byGroup = b.shape(scale)[0] === groups;
    const constant = (value: number) => b.floats([groups], new Float32Array(groups).fill(value));
    const ends = byGroup ? [scale, bias] : [constant(1), constant(0)];
    const unit = b.op('InstanceNormalization', [apart, ...ends], { epsilon });
    const made = b.op('Reshape', [unit, b.ints(b.shape(x))]);
    if (byGroup) return [made];
    const wide = (value: string) =>
      b.op('Reshape', [value, b.ints([channels, ...spatial.map(() => 1)])]);
    return [b.op('Add', [b.op('Mul', [made, wide(scale)]), wide(bias)])];
  },
  // The sum over neighbouring channels is an average over one axis of a picture.
  LRN: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const [batch = 0, channels = 0, ...spatial] = b.shape(x);
    const size = intOf(node, 'size', 1);
    const before = Math.floor((size - 1) / 2);
    const after = Math.ceil((size - 1) / 2);
    const image = [batch, 1, channels, elementCount(spatial)];
    const squares = b.op('Reshape', [b.op('Mul', [x, x]), b.ints(image)]);
    const means = b.op('AveragePool', [squares], {
      kernel_shape: [size, 1],
      strides: [1, 1],
      pads: [before, 0, after, 0],
      count_include_pad: 1,
    });
    const mean = b.op('Reshape', [means, b.ints(b.shape(x))]);
    const part = b.op('Mul', [mean, b.scalar(floatOf(node, 'alpha', 1e-4))]);
    const base = b.op('Add', [part, b.scalar(floatOf(node, 'bias', 1))]);
    return [b.op('Mul', [x, b.op('Pow', [base, b.scalar(-floatOf(node, 'beta', 0.75))])])];
  },
  MeanVarianceNormalization: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const over = { axes: intsOf(node, 'axes') ?? [0, 2, 3], keepdims: 1 };
    const centred = b.op('Sub', [x, b.op('ReduceMean', [x], over)]);
    const variance = b.op('ReduceMean', [b.op('Mul', [centred, centred])], over);
    const spread = b.op('Add', [b.op('Sqrt', [variance]), b.scalar(1e-9)]);
    return [b.op('Div', [centred, spread])];
  },
};

/**
 * Lets an initializer follow a batch's statistic: ONNX's momentum is the part that is kept. As ONNX has
 * it, and unlike PyTorch, the running variance follows the population variance (divided by the count,
 * not by one less). Statistics that a node computes stay as they are: there is nothing to store.
 */
function followStatistics(
  { b, node, update }: LoweringContext,
  running: string,
  batch: string,
): void {
  if (b.nodes.some(({ outputs }) => outputs.includes(running))) return;
  const momentum = floatOf(node, 'momentum', 0.9);
  const kept = b.op('Mul', [running, b.scalar(momentum)]);
  update(running, b.op('Add', [kept, b.op('Mul', [batch, b.scalar(1 - momentum)])]));
}
