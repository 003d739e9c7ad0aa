import { elementCount } from '../../core/dtype.ts';
import { floatAttribute, floatOf } from '../../core/network/attributes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { batchStatistics, byChannel } from '../lower/batchStatistics.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';

/** Batch, instance and group normalisation. */
export const normalisationGradients: Readonly<Record<string, GradientRule>> = {
  BatchNormalization: (context) => {
    const { b, node } = context;
    const [x = '', , , mean = '', variance = ''] = node.inputs;
    const found = batchStatistics(b, x);
    return found.mean === mean && found.variance === variance
      ? ofBatch(context, found.centred)
      : frozen(context);
  },
  InstanceNormalization: ({ b, node, grads: [grad = ''], needs }) => {
    const [x = '', scale = ''] = node.inputs;
    const [batch = 0, channels = 0, ...spatial] = b.shape(x);
    const axes = spatial.map((_, at) => at + 2);
    const mean = (value: string) => b.op('ReduceMean', [value], { axes, keepdims: 1 });
    const centred = b.op('Sub', [x, mean(x)]);
    const inverse = inverseDeviation(b, mean(b.op('Mul', [centred, centred])), node);
    const average = mean(grad);
    const along = mean(b.op('Mul', [grad, centred]));
    const input = () => {
      const slope = b.op('Mul', [b.op('Mul', [inverse, inverse]), along]);
      const level = b.op('Sub', [grad, average]);
      const rest = b.op('Sub', [level, b.op('Mul', [centred, slope])]);
      return b.op('Mul', [rest, b.op('Mul', [inverse, byChannel(b, scale, x)])]);
    };
    const total = (value: string) => {
      const flat = b.op('Reshape', [value, b.ints([batch, channels])]);
      const sum = b.op('ReduceSum', [flat, b.ints([0])], { keepdims: 0 });
      return b.op('Mul', [sum, b.scalar(elementCount(spatial))]);
    };
    return [
      needs[0] === true ? input() : undefined,
      needs[1] === true ? total(b.op('Mul', [along, inverse])) : undefined,
      needs[2] === true ? total(average) : undefined,
    ];
  },
};

/** 1 / √(variance + epsilon). */
function inverseDeviation(b: GraphBuilder, variance: string, node: GradientContext['node']) {
  const epsilon = b.scalar(floatOf(node, 'epsilon', 1e-5));
  return b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [variance, epsilon])])]);
}

/** Sum over all but the channels. */
function channelSum(b: GraphBuilder, value: string): string {
  const axes = b.shape(value).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 0 });
}

/** Statistics that do not depend on the data: y = (x − mean) · k + bias. */
function frozen({ b, node, grads: [grad = ''], needs }: GradientContext) {
  const [x = '', scale = '', , mean = '', variance = ''] = node.inputs;
  const inverse = inverseDeviation(b, variance, node);
  const factor = b.op('Mul', [scale, inverse]);
  const total = () => channelSum(b, grad);
  const along = () => channelSum(b, b.op('Mul', [grad, b.op('Sub', [x, byChannel(b, mean, x)])]));
  const byVariance = () => {
    const cubed = b.op('Mul', [factor, b.op('Mul', [inverse, inverse])]);
    return b.op('Mul', [b.op('Mul', [along(), cubed]), b.scalar(-0.5)]);
  };
  return [
    needs[0] === true ? b.op('Mul', [grad, byChannel(b, factor, x)]) : undefined,
    needs[1] === true ? b.op('Mul', [along(), inverse]) : undefined,
    needs[2] === true ? total() : undefined,
    needs[3] === true ? b.op('Neg', [b.op('Mul', [total(), factor])]) : undefined,
    needs[4] === true ? byVariance() : undefined,
  ];
}

/**
 * Statistics of the batch itself, with c = x − mean, k = scale / √(variance + ε) and n elements each:
 * dx = k · (dy − Σdy / n − c · Σ(dy · c) / (n · (variance + ε))). The statistics' own gradients are in it,
 * so none goes on to them.
 *
 * Source: Ioffe and Szegedy, Batch Normalization (2015), section 3.
 */
function ofBatch({ b, node, grads: [grad = ''], needs }: GradientContext, centred: string) {
  const [x = '', scale = '', , mean = '', variance = ''] = node.inputs;
  const shape = b.shape(x);
  const count = elementCount(shape) / (shape[1] ?? 1);
  const inverse = inverseDeviation(b, variance, node);
  const total = channelSum(b, grad);
  const along = channelSum(b, b.op('Mul', [grad, centred]));
  const input = () => {
    const factor = b.op('Mul', [scale, inverse]);
    const part = b.op('Mul', [factor, b.scalar(-1 / count)]);
    const slope = b.op('Mul', [b.op('Mul', [part, along]), b.op('Mul', [inverse, inverse])]);
    // c · slope − k · Σdy / n in one pass, as a normalisation by the variance 1.
    const channels = shape[1] ?? 1;
    const one = b.floats([channels], new Float32Array(channels).fill(1));
    const rest = b.op('BatchNormalization', [x, slope, b.op('Mul', [part, total]), mean, one], {
      epsilon: floatAttribute(0),
    });
    return b.op('Add', [b.op('Mul', [grad, byChannel(b, factor, x)]), rest]);
  };
  return [
    needs[0] === true ? input() : undefined,
    needs[1] === true ? b.op('Mul', [along, inverse]) : undefined,
    needs[2] === true ? total : undefined,
  ];
}
