import { literal } from '../../core/network/literal.ts';
import { isInteger } from '../evaluate/integers.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { masked, scalarLike, scaled, uniformOf } from './scalarLike.ts';
import { sumTo } from './sumTo.ts';
import { refuse } from '../unsupported.ts';

/** The gradient of Pow: by the base e·x^(e−1), by the exponent y·log(x), 0 where the base is not positive. */
export const powerGradient: GradientRule = (context) => {
  const { b, node, grads, needs } = context;
  const [x = '', exponent = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const [g] = grads;
  if (g === undefined) return [];
  const byExponent = () => {
    const positive = b.op('Greater', [x, scalarLike(b, x, 0)]);
    const log = b.op('Log', [b.op('Where', [positive, x, scalarLike(b, x, 1)])]);
    const product = b.op('Mul', [g, b.op('Mul', [y, log])]);
    return sumTo(b, masked(b, positive, product), b.shape(exponent));
  };
  return [
    needs[0] === true ? sumTo(b, byBase(context, g), b.shape(x)) : undefined,
    needs[1] === true ? byExponent() : undefined,
  ];
};

function byBase({ b, node }: GradientContext, g: string): string {
  const [x = '', exponent = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const known = uniformOf(b, exponent);
  if (known === 2) return b.op('Mul', [scaled(b, g, 2), x]);
  if (known === 0.5) return b.op('Div', [scaled(b, g, 0.5), y]);
  if (known === 3) return b.op('Mul', [scaled(b, g, 3), b.op('Mul', [x, x])]);
  const e = known === undefined ? floatExponent(b, exponent, x, node) : scalarLike(b, x, known);
  const less = b.op('Sub', [e, scalarLike(b, x, 1)]);
  return b.op('Mul', [b.op('Mul', [g, e]), b.op('Pow', [x, less])]);
}

/** The exponent in the base's dtype. */
function floatExponent(
  b: GraphBuilder,
  exponent: string,
  x: string,
  node: GradientContext['node'],
): string {
  const dtype = b.dtype(x) === 'f64' ? 'f64' : 'f32';
  if (b.dtype(exponent) === b.dtype(x)) return exponent;
  const { value } = b.known(exponent);
  if (value !== undefined) return b.constant(literal(dtype, value.shape, value.data));
  if (b.dtype(exponent) === 'i64' || !isInteger(b.dtype(exponent)))
    return refuse(node, `an exponent of ${b.dtype(exponent)} that is only known at run time`);
  return b.op('Cast', [exponent], { to: dtype === 'f64' ? 11 : 1 });
}
