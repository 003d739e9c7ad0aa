import { intOf } from '../../core/network/attributes.ts';
import { axisOf, reducedAxes, reducedShape } from '../axes.ts';
import type { ShapeRule } from '../known.ts';
import { sameAsFirst } from './pointwise.ts';
import { refuse } from '../unsupported.ts';
import { inputAt } from '../nodeInputs.ts';

const reduction: ShapeRule = (inputs, node) => {
  const { dtype, shape } = inputAt(inputs, 0, node);
  const [, axes] = inputs;
  if (axes !== undefined && axes.value === undefined && axes.shape[0] !== 0)
    refuse(node, 'its axes are only known at run time');
  const reduced = reducedAxes(node, shape.length, axes?.value?.data);
  return [{ dtype, shape: reducedShape(shape, reduced, intOf(node, 'keepdims', 1) === 1) }];
};

const place: ShapeRule = (inputs, node) => {
  const { shape } = inputAt(inputs, 0, node);
  const axis = axisOf(intOf(node, 'axis', 0), shape.length, node);
  return [{ dtype: 'i64', shape: reducedShape(shape, [axis], intOf(node, 'keepdims', 1) === 1) }];
};

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsShapeRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    'Sum Mean Max Min Prod L1 L2 SumSquare LogSum LogSumExp'
      .split(' ')
      .map((name) => [`Reduce${name}`, reduction]),
  ),
  ArgMax: place,
  ArgMin: place,
  CumSum: sameAsFirst,
  TopK: (inputs, node) => {
    const { dtype, shape } = inputAt(inputs, 0, node);
    const count = inputs[1] === undefined ? intOf(node, 'k', 1) : inputs[1].value?.data[0];
    if (count === undefined) return refuse(node, 'its k is only known at run time');
    const axis = axisOf(intOf(node, 'axis', -1), shape.length, node);
    if (count > (shape[axis] ?? 0)) refuse(node, `k = ${count} of ${shape[axis] ?? 0} values`);
    const made = shape.with(axis, count);
    return [
      { dtype, shape: made },
      { dtype: 'i64', shape: made },
    ];
  },
};
