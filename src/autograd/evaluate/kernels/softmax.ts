import { floatOf, intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { axisOf, reducedShape } from '../../axes.ts';
import { mapped, mappedPairs } from '../broadcast.ts';
import type { Kernel, NdArray } from '../ndArray.ts';
import { summarised } from './reductions.ts';
import { inputAt } from '../../nodeInputs.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const plus = (a: NdArray, b: NdArray) => mappedPairs(a, b, (x, y) => x + y);
const minus = (a: NdArray, b: NdArray) => mappedPairs(a, b, (x, y) => x - y);
const times = (a: NdArray, b: NdArray) => mappedPairs(a, b, (x, y) => x * y);

/** From `axis` on all axes. */
function tail(axis: number, rank: number): number[] {
  return Array.from({ length: rank - axis }, (_, at) => axis + at);
}

/** Before opset 13 the axes from `axis`, by default the second, on are one. */
function softmaxAxes(node: OpNode, rank: number, opset: number): readonly number[] {
  const axis = axisOf(intOf(node, 'axis', opset < 13 ? 1 : -1), rank, node);
  return opset < 13 ? tail(axis, rank) : [axis];
}

function normalised(x: NdArray, axes: readonly number[]) {
  const most = summarised(x, axes, true, (values) => Math.max(...values));
  const shifted = minus(x, most);
  const powers = mapped(shifted, Math.exp);
  return { shifted, powers, sum: summarised(powers, axes, true, (v) => v.reduce((a, b) => a + b)) };
}

const softmax: Kernel = (inputs, node, opset) => {
  const x = inputAt(inputs, 0, node);
  const { powers, sum } = normalised(x, softmaxAxes(node, x.shape.length, opset));
  return [mappedPairs(powers, sum, (a, b) => a / b)];
};

const logSoftmax: Kernel = (inputs, node, opset) => {
  const x = inputAt(inputs, 0, node);
  const { shifted, sum } = normalised(x, softmaxAxes(node, x.shape.length, opset));
  return [minus(shifted, mapped(sum, Math.log))];
};

/** [normalised, mean, 1 / √(variance + ε)] over the axes from `axis` on. */
function layerNorm(
  x: NdArray,
  [scale, bias]: readonly (NdArray | undefined)[],
  axis: number,
  epsilon: number,
): readonly [NdArray, NdArray, NdArray] {
  const axes = tail(axis, x.shape.length);
  const centre = summarised(x, axes, true, mean);
  const centred = minus(x, centre);
  const inverse = mapped(
    summarised(times(centred, centred), axes, true, mean),
    (variance) => 1 / Math.sqrt(variance + epsilon),
  );
  const unit = times(centred, inverse);
  const sized = scale === undefined ? unit : times(unit, scale);
  return [bias === undefined ? sized : plus(sized, bias), centre, inverse];
}

const layerNormalization: Kernel = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(intOf(node, 'axis', -1), x.shape.length, node);
  return layerNorm(x, inputs.slice(1), axis, floatOf(node, 'epsilon', 1e-5));
};

/** [x / √(mean of squares + ε) · scale, 1 / √…]. */
function rmsNorm(
  x: NdArray,
  scale: NdArray,
  axis: number,
  epsilon: number,
): readonly [NdArray, NdArray] {
  const axes = tail(axis, x.shape.length);
  const inverse = mapped(
    summarised(times(x, x), axes, true, mean),
    (square) => 1 / Math.sqrt(square + epsilon),
  );
  return [times(times(x, inverse), scale), inverse];
}

const rmsNormalization: Kernel = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(intOf(node, 'axis', -1), x.shape.length, node);
  return rmsNorm(x, inputAt(inputs, 1, node), axis, floatOf(node, 'epsilon', 1e-5));
};

/** The sum that a com.microsoft Skip node normalises: input + skip + bias. */
function skipped(inputs: readonly (NdArray | undefined)[], node: OpNode, bias: number): NdArray {
  const sum = plus(inputAt(inputs, 0, node), inputAt(inputs, 1, node));
  const last = inputs[bias];
  return last === undefined ? sum : plus(sum, last);
}

const skipLayerNormalization: Kernel = (inputs, node) => {
  const x = skipped(inputs, node, 4);
  const made = layerNorm(
    x,
    [inputAt(inputs, 2, node), inputs[3]],
    x.shape.length - 1,
    floatOf(node, 'epsilon', 1e-12),
  );
  return [...made, x];
};

const skipSimplified: Kernel = (inputs, node) => {
  const x = skipped(inputs, node, 3);
  const axis = x.shape.length - 1;
  const [y, inverse] = rmsNorm(x, inputAt(inputs, 2, node), axis, floatOf(node, 'epsilon', 1e-12));
  const nothing = summarised(x, [axis], true, mean);
  return [y, nothing, inverse, x];
};

/** By the norm along an axis; 0 where that is 0. */
const lpNormalization: Kernel = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(intOf(node, 'axis', -1), x.shape.length, node);
  const p = intOf(node, 'p', 2);
  const norm = summarised(x, [axis], true, (values) =>
    p === 1 ? values.reduce((sum, value) => sum + Math.abs(value), 0) : Math.hypot(...values),
  );
  return [mappedPairs(x, norm, (value, size) => (size === 0 ? 0 : value / size))];
};

/** The shape of one number for each normalised group. */
export function groupShape(shape: readonly number[], axis: number): readonly number[] {
  return reducedShape(shape, tail(axis, shape.length), true);
}

/** Softmax, LogSoftmax and layer normalisations. Source: onnx/docs/Operators.md, ContribOperators.md. */
export const softmaxKernels: Readonly<Record<string, Kernel>> = {
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  LpNormalization: lpNormalization,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplified,
};
