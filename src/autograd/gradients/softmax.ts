import { intOf } from '../../core/network/attributes.ts';
import { axisOf } from '../axes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { GradientRule } from './gradientRule.ts';
import { reduce } from './reduce.ts';
import { scalarLike, scaled, signOf } from './scalarLike.ts';
import { sumTo } from './sumTo.ts';

/** y·(g − Σ g·y). */
const softmax: GradientRule = ({ b, node, grads: [g] }) => {
  const [y = ''] = node.outputs;
  if (g === undefined) return [];
  const axis = axisOf(intOf(node, 'axis', -1), b.shape(y).length, node);
  const sum = reduce(b, 'Sum', b.op('Mul', [g, y]), [axis], true);
  return [b.op('Mul', [y, b.op('Sub', [g, sum])])];
};

function added(b: GraphBuilder, values: readonly (string | undefined)[]): string | undefined {
  const there = values.filter((value) => value !== undefined);
  return there.length === 0 ? undefined : there.reduce((sum, value) => b.op('Add', [sum, value]));
}

/**
 * With u = (x − mean)·inv and h = g·scale: by x inv·(h − mean h − u·mean(h·u)), by the scale Σ g·u,
 * by the bias Σ g. Gradients of the mean and of inv = 1 / √(variance + ε) are added: mean' = 1/n,
 * inv' = −inv²·u / n.
 */
const layerNormalization: GradientRule = ({ b, node, grads, needs }) => {
  const [x = '', scale = '', bias = ''] = node.inputs;
  const [, mean = '', inverse = ''] = node.outputs;
  const [g, gMean, gInverse] = grads;
  const shape = b.shape(x);
  const axis = axisOf(intOf(node, 'axis', -1), shape.length, node);
  const axes = shape.flatMap((_, at) => (at >= axis ? [at] : []));
  const count = axes.reduce((product, at) => product * (shape[at] ?? 1), 1);
  const unit = b.op('Mul', [b.op('Sub', [x, mean]), inverse]);
  const byX = () => {
    const h = g === undefined ? undefined : b.op('Mul', [g, scale]);
    // What is constant in a group, and what goes with u.
    const level = added(b, [
      h && b.op('Mul', [b.op('Neg', [reduce(b, 'Mean', h, axes, true)]), inverse]),
      gMean && scaled(b, gMean, 1 / count),
    ]);
    const slope = added(b, [
      h && b.op('Mul', [reduce(b, 'Mean', b.op('Mul', [h, unit]), axes, true), inverse]),
      gInverse && scaled(b, b.op('Mul', [gInverse, b.op('Mul', [inverse, inverse])]), 1 / count),
    ]);
    const direct = h && b.op('Mul', [h, inverse]);
    const turned = slope && b.op('Neg', [b.op('Mul', [unit, slope])]);
    const made = added(b, [direct, turned, level]);
    const small = made !== undefined && b.shape(made).join() !== shape.join();
    return small ? b.op('Expand', [made, b.ints(shape)]) : made;
  };
  return [
    needs[0] === true ? byX() : undefined,
    needs[1] === true && g !== undefined
      ? sumTo(b, b.op('Mul', [g, unit]), b.shape(scale))
      : undefined,
    needs[2] === true && g !== undefined ? sumTo(b, g, b.shape(bias)) : undefined,
  ];
};

/** (g − d·Σ g·y) / norm with d = y for the Euclidean norm and the sign of x for the sum of sizes. */
const lpNormalization: GradientRule = ({ b, node, grads: [g] }) => {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  if (g === undefined) return [];
  const axes = [axisOf(intOf(node, 'axis', -1), b.shape(x).length, node)];
  const p = intOf(node, 'p', 2);
  const norm = reduce(b, p === 1 ? 'L1' : 'L2', x, axes, true);
  // Where all are 0, y is 0 whatever a small change does: no gradient, by a norm that is infinite.
  const positive = b.op('Greater', [norm, scalarLike(b, x, 0)]);
  const factor = b.op('Where', [
    positive,
    b.op('Reciprocal', [b.op('Where', [positive, norm, scalarLike(b, x, 1)])]),
    scalarLike(b, x, 0),
  ]);
  const sum = reduce(b, 'Sum', b.op('Mul', [g, y]), axes, true);
  const direction = p === 1 ? signOf(b, x) : y;
  const across = b.op('Sub', [g, b.op('Mul', [direction, sum])]);
  return [b.op('Mul', [across, factor])];
};

/** Softmax, layer normalisations; LogSoftmax and RMS normalisation are lowered. */
export const softmaxGradients: Readonly<Record<string, GradientRule>> = {
  Softmax: softmax,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
};
