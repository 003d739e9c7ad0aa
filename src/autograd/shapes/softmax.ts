import { intOf } from '../../core/network/attributes.ts';
import { axisOf } from '../axes.ts';
import { groupShape } from '../evaluate/kernels/softmax.ts';
import type { ShapeRule } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';

/** The type of the input, which must have the axis. */
const alongAxis: ShapeRule = (inputs, node) => {
  const { dtype, shape } = inputAt(inputs, 0, node);
  axisOf(intOf(node, 'axis', -1), shape.length, node);
  return [{ dtype, shape }];
};

/** The normalised value, and `groups` values with one number for each group. */
const normalisation =
  (groups: number): ShapeRule =>
  (inputs, node) => {
    const { dtype, shape } = inputAt(inputs, 0, node);
    const axis = axisOf(intOf(node, 'axis', -1), shape.length, node);
    const small = { dtype, shape: groupShape(shape, axis) };
    return [{ dtype, shape }, ...Array.from({ length: groups }, () => small)];
  };

/** The normalised value, mean, 1 / deviation, and the sum that was normalised. */
const skip: ShapeRule = (inputs, node) => {
  const { dtype, shape } = inputAt(inputs, 0, node);
  const small = { dtype, shape: groupShape(shape, shape.length - 1) };
  return [{ dtype, shape }, small, small, { dtype, shape }];
};

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxShapeRules: Readonly<Record<string, ShapeRule>> = {
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  LayerNormalization: normalisation(2),
  RMSNormalization: normalisation(1),
  SimplifiedLayerNormalization: normalisation(1),
  LpNormalization: alongAxis,
  'com.microsoft.SkipLayerNormalization': skip,
  'com.microsoft.SkipSimplifiedLayerNormalization': skip,
};
