import type { GraphBuilder } from '../graphBuilder.ts';
import { activationGradients, unary } from './activations.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { masked, maskedOut, scaled, signOf } from './scalarLike.ts';
import { powerGradient } from './power.ts';
import { sumTo } from './sumTo.ts';

/** What the gradient of a function of two broadcast values is made of. */
interface BinaryContext {
  readonly b: GraphBuilder;
  readonly g: string;
  readonly left: string;
  readonly right: string;
  readonly y: string;
}

/**
 * The rule of an operator with two inputs that are broadcast: each gradient before it is summed to its
 * input's shape, and what is left to do with the sum.
 */
function binary(
  byLeft: (context: BinaryContext) => string,
  byRight: (context: BinaryContext) => string,
  finishRight: (b: GraphBuilder, sum: string) => string = (_, sum) => sum,
): GradientRule {
  return ({ b, node, grads: [g], needs }) => {
    const [left = '', right = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (g === undefined) return [];
    const context = { b, g, left, right, y };
    return [
      needs[0] === true ? sumTo(b, byLeft(context), b.shape(left)) : undefined,
      needs[1] === true ? finishRight(b, sumTo(b, byRight(context), b.shape(right))) : undefined,
    ];
  };
}

const negated = (b: GraphBuilder, value: string): string => b.op('Neg', [value]);

/** Of equal inputs the first takes the whole gradient. */
function extreme(comparison: 'GreaterOrEqual' | 'LessOrEqual'): GradientRule {
  const first = ({ b, left, right }: BinaryContext) => b.op(comparison, [left, right]);
  const two = binary(
    (context) => masked(context.b, first(context), context.g),
    (context) => maskedOut(context.b, first(context), context.g),
  );
  return (context) => (context.node.inputs.length === 1 ? [context.grads[0]] : two(context));
}

function clip({ b, node, grads: [g], needs }: GradientContext): readonly (string | undefined)[] {
  const [x = '', low = '', high = ''] = node.inputs;
  const [y = ''] = node.outputs;
  if (g === undefined) return [];
  const bound = (comparison: 'Less' | 'Greater', limit: string) =>
    sumTo(b, masked(b, b.op(comparison, [x, limit]), g), b.shape(limit));
  return [
    // Equal where nothing was cut off; both ends pass.
    needs[0] === true ? masked(b, b.op('Equal', [x, y]), g) : undefined,
    needs[1] === true ? bound('Less', low) : undefined,
    needs[2] === true ? bound('Greater', high) : undefined,
  ];
}

/** g / f(x²) with f = the square root of sign·x² + shift. */
const overRoot = (sign: 1 | -1, shift: 1 | -1, factor = 1): GradientRule =>
  unary(({ b, g, x, number }) => {
    const square = b.op('Mul', [x, x]);
    const inside = b.op(
      sign === 1 ? 'Add' : 'Sub',
      sign === 1 ? [square, number(shift)] : [number(shift), square],
    );
    return b.op('Div', [scaled(b, g, factor), b.op('Sqrt', [inside])]);
  });

/** Constant almost everywhere: no gradient reaches the inputs. */
const flat: GradientRule = () => [];

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseGradients: Readonly<Record<string, GradientRule>> = {
  ...activationGradients,
  ...Object.fromEntries(
    `Floor Ceil Round Sign Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor Not IsNaN IsInf`
      .split(' ')
      .map((op) => [op, flat]),
  ),
  Add: binary(
    ({ g }) => g,
    ({ g }) => g,
  ),
  Sub: binary(
    ({ g }) => g,
    ({ g }) => g,
    negated,
  ),
  Mul: binary(
    ({ b, g, right }) => b.op('Mul', [g, right]),
    ({ b, g, left }) => b.op('Mul', [g, left]),
  ),
  Div: binary(
    ({ b, g, right }) => b.op('Div', [g, right]),
    ({ b, g, right, y }) => b.op('Mul', [b.op('Div', [g, right]), y]),
    negated,
  ),
  Mod: binary(
    ({ g }) => g,
    ({ b, g, left, right, y }) => b.op('Mul', [g, b.op('Div', [b.op('Sub', [y, left]), right])]),
  ),
  Pow: powerGradient,
  Min: extreme('LessOrEqual'),
  Max: extreme('GreaterOrEqual'),
  Clip: clip,
  Where: ({ b, node, grads: [g], needs }) => {
    const [condition = '', yes = '', no = ''] = node.inputs;
    if (g === undefined) return [];
    return [
      undefined,
      needs[1] === true ? sumTo(b, masked(b, condition, g), b.shape(yes)) : undefined,
      needs[2] === true ? sumTo(b, maskedOut(b, condition, g), b.shape(no)) : undefined,
    ];
  },
  Sqrt: unary(({ b, g, y }) => b.op('Div', [scaled(b, g, 0.5), y])),
  Exp: unary(({ b, g, y }) => b.op('Mul', [g, y])),
  Log: unary(({ b, g, x }) => b.op('Div', [g, x])),
  Abs: unary(({ b, g, x }) => b.op('Mul', [g, signOf(b, x)])),
  Neg: unary(({ b, g }) => b.op('Neg', [g])),
  Reciprocal: unary(({ b, g, y }) => b.op('Neg', [b.op('Mul', [g, b.op('Mul', [y, y])])])),
  Sin: unary(({ b, g, x }) => b.op('Mul', [g, b.op('Cos', [x])])),
  Cos: unary(({ b, g, x }) => b.op('Neg', [b.op('Mul', [g, b.op('Sin', [x])])])),
  Tan: unary(({ b, g, y, number }) =>
    b.op('Mul', [g, b.op('Add', [b.op('Mul', [y, y]), number(1)])]),
  ),
  Asin: overRoot(-1, 1),
  Acos: overRoot(-1, 1, -1),
  Asinh: overRoot(1, 1),
  Acosh: overRoot(1, -1),
  Atan: unary(({ b, g, x, number }) =>
    b.op('Div', [g, b.op('Add', [b.op('Mul', [x, x]), number(1)])]),
  ),
  Atanh: unary(({ b, g, x, number }) =>
    b.op('Div', [g, b.op('Sub', [number(1), b.op('Mul', [x, x])])]),
  ),
  // sinh' = cosh = e^x − sinh, cosh' = sinh = e^x − cosh.
  Sinh: unary(({ b, g, x, y }) => b.op('Mul', [g, b.op('Sub', [b.op('Exp', [x]), y])])),
  Cosh: unary(({ b, g, x, y }) => b.op('Mul', [g, b.op('Sub', [b.op('Exp', [x]), y])])),
};
