import { floatOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { GradientRule } from './gradientRule.ts';
import { masked, maskedOut, scalarLike, scaled } from './scalarLike.ts';
import { sumTo } from './sumTo.ts';

/** What the gradient of a function of one value is made of. */
export interface UnaryContext {
  readonly b: GraphBuilder;
  /** Gradient of the output. */
  readonly g: string;
  readonly x: string;
  readonly y: string;
  readonly node: OpNode;
  /** A scalar of the input's dtype. */
  readonly number: (value: number) => string;
}

/** The rule of an operator with one input and one output. */
export function unary(gradient: (context: UnaryContext) => string): GradientRule {
  return ({ b, node, grads: [g] }) => {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (g === undefined || x === undefined || y === undefined) return [];
    return [gradient({ b, g, x, y, node, number: (value) => scalarLike(b, x, value) })];
  };
}

/** g·(Φ(x) + x·φ(x)). */
const exactGelu = unary(({ b, g, x, number }) => {
  const erf = b.op('Erf', [scaled(b, x, Math.SQRT1_2)]);
  const cdf = scaled(b, b.op('Add', [erf, number(1)]), 0.5);
  const bell = b.op('Exp', [b.op('Mul', [scaled(b, x, -0.5), x])]);
  const slope = b.op('Mul', [scaled(b, x, 1 / Math.sqrt(2 * Math.PI)), bell]);
  return b.op('Mul', [g, b.op('Add', [cdf, slope])]);
});

/** With t = tanh(c·(x + k·x³)): g·(½(1 + t) + ½x·(1 − t²)·c·(1 + 3k·x²)). */
const tanhGelu = unary(({ b, g, x, number }) => {
  const c = Math.sqrt(2 / Math.PI);
  const square = b.op('Mul', [x, x]);
  const stretch = b.op('Add', [scaled(b, square, 0.044715 * c), number(c)]);
  const t = b.op('Tanh', [b.op('Mul', [x, stretch])]);
  const inner = b.op('Add', [scaled(b, square, 3 * 0.044715 * c), number(c)]);
  const bend = b.op('Mul', [x, b.op('Mul', [inner, b.op('Sub', [number(1), t])])]);
  // ½(1 + t) is a common factor: 1 − t² = (1 + t)(1 − t).
  const half = scaled(b, b.op('Add', [t, number(1)]), 0.5);
  return b.op('Mul', [g, b.op('Mul', [half, b.op('Add', [bend, number(1)])])]);
});

/** Kinks take the slope of their left side, Clip and Abs excepted. */
export const activationGradients: Readonly<Record<string, GradientRule>> = {
  Relu: unary(({ b, g, y, number }) => masked(b, b.op('Greater', [y, number(0)]), g)),
  LeakyRelu: unary(({ b, g, x, node, number }) =>
    b.op('Where', [b.op('Greater', [x, number(0)]), g, scaled(b, g, floatOf(node, 'alpha', 0.01))]),
  ),
  PRelu: ({ b, node, grads: [g], needs }) => {
    const [x, slope] = node.inputs;
    if (g === undefined || x === undefined || slope === undefined) return [];
    const positive = b.op('Greater', [x, scalarLike(b, x, 0)]);
    return [
      needs[0] === true ? b.op('Where', [positive, g, b.op('Mul', [g, slope])]) : undefined,
      needs[1] === true
        ? sumTo(b, maskedOut(b, positive, b.op('Mul', [g, x])), b.shape(slope))
        : undefined,
    ];
  },
  Elu: unary(({ b, g, x, y, node, number }) =>
    b.op('Where', [
      b.op('Greater', [x, number(0)]),
      g,
      b.op('Mul', [g, b.op('Add', [y, number(floatOf(node, 'alpha', 1))])]),
    ]),
  ),
  ThresholdedRelu: unary(({ b, g, x, node, number }) =>
    masked(b, b.op('Greater', [x, number(floatOf(node, 'alpha', 1))]), g),
  ),
  HardSigmoid: unary(({ b, g, y, node, number }) => {
    const inside = b.op('And', [b.op('Greater', [y, number(0)]), b.op('Less', [y, number(1)])]);
    return masked(b, inside, scaled(b, g, floatOf(node, 'alpha', 0.2)));
  }),
  HardSwish: unary(({ b, g, x, number }) =>
    b.op('Where', [
      b.op('Less', [b.op('Abs', [x]), number(3)]),
      b.op('Mul', [g, b.op('Add', [scaled(b, x, 1 / 3), number(0.5)])]),
      masked(b, b.op('Greater', [x, number(0)]), g),
    ]),
  ),
  Sigmoid: unary(({ b, g, y, number }) =>
    b.op('Mul', [g, b.op('Mul', [y, b.op('Sub', [number(1), y])])]),
  ),
  Tanh: unary(({ b, g, y, number }) =>
    b.op('Mul', [g, b.op('Sub', [number(1), b.op('Mul', [y, y])])]),
  ),
  Softplus: unary(({ b, g, x }) => b.op('Mul', [g, b.op('Sigmoid', [x])])),
  Mish: unary(({ b, g, x, number }) => {
    const t = b.op('Tanh', [b.op('Softplus', [x])]);
    const rest = b.op('Sub', [number(1), b.op('Mul', [t, t])]);
    const slope = b.op('Mul', [b.op('Mul', [x, b.op('Sigmoid', [x])]), rest]);
    return b.op('Mul', [g, b.op('Add', [t, slope])]);
  }),
  Erf: unary(({ b, g, x }) =>
    b.op('Mul', [
      g,
      scaled(b, b.op('Exp', [b.op('Mul', [b.op('Neg', [x]), x])]), 2 / Math.sqrt(Math.PI)),
    ]),
  ),
  Gelu: (context) =>
    textOf(context.node, 'approximate', 'none') === 'tanh' ? tanhGelu(context) : exactGelu(context),
  'com.microsoft.Gelu': exactGelu,
  'com.microsoft.FastGelu': tanhGelu,
};
