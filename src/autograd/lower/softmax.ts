import { floatAttribute, floatOf, intOf } from '../../core/network/attributes.ts';
import { axisOf } from '../axes.ts';
import { reduce } from '../gradients/reduce.ts';
import { scalarLike } from '../gradients/scalarLike.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { Lowering } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/**
 * x − s − log Σ exp(x − s), for any s near the largest x. With s rounded up to a whole number no
 * gradient is sought for it; the result is the same.
 */
const logSoftmax: Lowering = ({ b, node }) => {
  const [x = ''] = node.inputs;
  const axes = [axisOf(intOf(node, 'axis', -1), b.shape(x).length, node)];
  const shift = b.op('Ceil', [reduce(b, 'Max', x, axes, true)]);
  const shifted = b.op('Sub', [x, shift]);
  const sum = reduce(b, 'Sum', b.op('Exp', [shifted]), axes, true);
  return [b.op('Sub', [shifted, b.op('Log', [sum])])];
};

/** With all three outputs, which the gradient is made of. */
const layerNormalization: Lowering = ({ b, node }) =>
  node.outputs.length === 3 && !node.outputs.includes('')
    ? undefined
    : b.ops('LayerNormalization', node.inputs, node.attributes, 3);

/** [x / √(mean of squares + ε) · scale, 1 / √…]. */
function rmsNorm(
  b: GraphBuilder,
  x: string,
  scale: string,
  axis: number,
  epsilon: number,
): readonly [string, string] {
  const axes = b.shape(x).flatMap((_, at) => (at >= axis ? [at] : []));
  const square = reduce(b, 'Mean', b.op('Mul', [x, x]), axes, true);
  const root = b.op('Sqrt', [b.op('Add', [square, scalarLike(b, x, epsilon)])]);
  const inverse = b.op('Reciprocal', [root]);
  return [b.op('Mul', [b.op('Mul', [x, inverse]), scale]), inverse];
}

const rmsNormalization: Lowering = ({ b, node }) => {
  const [x = '', scale = ''] = node.inputs;
  const axis = axisOf(intOf(node, 'axis', -1), b.shape(x).length, node);
  return rmsNorm(b, x, scale, axis, floatOf(node, 'epsilon', 1e-5));
};

/** input + skip, and the bias where there is one. */
function skipped(b: GraphBuilder, inputs: readonly string[], bias = ''): string {
  const sum = b.op('Add', [inputs[0] ?? '', inputs[1] ?? '']);
  return bias === '' ? sum : b.op('Add', [sum, bias]);
}

const skipLayerNormalization: Lowering = ({ b, node }) => {
  const [, , scale = '', shift = '', bias] = node.inputs;
  const x = skipped(b, node.inputs, bias);
  const made = b.ops(
    'LayerNormalization',
    shift === '' ? [x, scale] : [x, scale, shift],
    { axis: -1, epsilon: floatAttribute(floatOf(node, 'epsilon', 1e-12)) },
    3,
  );
  return [...made, x];
};

const skipSimplified: Lowering = ({ b, node }) => {
  const [, , scale = '', bias] = node.inputs;
  if ((node.outputs[1] ?? '') !== '') refuse(node, 'its output mean is always empty');
  const x = skipped(b, node.inputs, bias);
  const axis = b.shape(x).length - 1;
  const [y, inverse] = rmsNorm(b, x, scale, axis, floatOf(node, 'epsilon', 1e-12));
  return [y, '', inverse, x];
};

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxLowerings: Readonly<Record<string, Lowering>> = {
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplified,
};
