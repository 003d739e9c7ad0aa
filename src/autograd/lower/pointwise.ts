import { floatAttribute, floatOf, intOf, textOf } from '../../core/network/attributes.ts';
import { elementCount } from '../../core/dtype.ts';
import { broadcastShape } from '../evaluate/broadcast.ts';
import { isInteger } from '../evaluate/integers.ts';
import { scalarLike, scaled, signOf } from '../gradients/scalarLike.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { Lowering } from './lowering.ts';

/** Any number of inputs, two at a time from the left; one input stays as it is. */
function chained(b: GraphBuilder, op: string, inputs: readonly string[]): string {
  return inputs.reduce((left, right) => b.op(op, [left, right]));
}

const pairs =
  (op: string): Lowering =>
  ({ b, node }) =>
    node.inputs.length === 2 ? undefined : [chained(b, op, node.inputs)];

function or(b: GraphBuilder, left: string, right: string): string {
  return b.op('Not', [b.op('And', [b.op('Not', [left]), b.op('Not', [right])])]);
}

/** x·σ(α·x). */
const swish =
  (alpha: number): Lowering =>
  ({ b, node }) => {
    const [x = ''] = node.inputs;
    const gate = b.op('Sigmoid', [scaled(b, x, floatOf(node, 'alpha', alpha))]);
    return [b.op('Mul', [x, gate])];
  };

/** A bias is added before; without one the node stays. */
const biasFirst =
  (op: string): Lowering =>
  ({ b, node }) => {
    const [x = '', bias = ''] = node.inputs;
    if (bias === '' && op === node.op) return undefined;
    return [b.op(op, [bias === '' ? x : b.op('Add', [x, bias])])];
  };

/** To nearest, ties to the even number: up from the middle only where the lower one is odd. */
const round: Lowering = ({ b, node }) => {
  const [x = ''] = node.inputs;
  const low = b.op('Floor', [x]);
  const over = b.op('Sub', [x, low]);
  const half = scalarLike(b, x, 0.5);
  const halved = scaled(b, low, 0.5);
  const odd = b.op('Less', [b.op('Floor', [halved]), halved]);
  const tie = b.op('And', [b.op('Equal', [over, half]), odd]);
  const up = or(b, b.op('Greater', [over, half]), tie);
  return [b.op('Where', [up, b.op('Add', [low, scalarLike(b, x, 1)]), low])];
};

/** a − b·trunc(a / b). Integers keep the node. */
const mod: Lowering = ({ b, node }) => {
  const [left = '', right = ''] = node.inputs;
  if (isInteger(b.dtype(left)) || intOf(node, 'fmod', 0) !== 1) return undefined;
  const quotient = b.op('Div', [left, right]);
  const towardsZero = b.op('Where', [
    b.op('Greater', [quotient, scalarLike(b, left, 0)]),
    b.op('Floor', [quotient]),
    b.op('Ceil', [quotient]),
  ]);
  return [b.op('Sub', [left, b.op('Mul', [right, towardsZero])])];
};

/**
 * Both sides repeated to the same shape, unless one is a single number: Pow's WebGPU kernel of
 * onnxruntime-web 1.30 does not compile for some broadcasts, such as [2, 1, 4] by [3, 1]. It has no whole
 * numbers as exponents either: known ones become floats.
 */
const pow: Lowering = ({ b, node }) => {
  const [base = '', given = ''] = node.inputs;
  const exponent = b.known(given).value;
  const whole = b.dtype(base) === 'f32' && isInteger(b.dtype(given)) && exponent !== undefined;
  const inputs = [base, whole ? b.floats(exponent.shape, exponent.data) : given];
  const shapes = inputs.map((name) => b.shape(name));
  const out = broadcastShape(shapes, node.op);
  const single = shapes.some((shape) => elementCount(shape) === 1);
  const repeats = !single && shapes.some((shape) => shape.join() !== out.join());
  if (!whole && !repeats) return undefined;
  const repeated = (name: string, at: number) =>
    shapes[at]?.join() === out.join() ? name : b.op('Expand', [name, b.ints(out)]);
  return [b.op('Pow', repeats ? inputs.map(repeated) : inputs)];
};

/** Beyond the largest f32 there is nothing but infinity. WebGPU has no IsInf. */
const isInf: Lowering = ({ b, node }) => {
  const [x = ''] = node.inputs;
  if (b.dtype(x) !== 'f32') return undefined;
  const most = 3.4028234663852886e38;
  const above = () => b.op('Greater', [x, b.scalar(most)]);
  const below = () => b.op('Less', [x, b.scalar(-most)]);
  const positive = intOf(node, 'detect_positive', 1) === 1;
  const negative = intOf(node, 'detect_negative', 1) === 1;
  if (positive && negative) return [or(b, above(), below())];
  if (!positive && !negative) return [b.op('And', [above(), below()])];
  return [positive ? above() : below()];
};

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseLowerings: Readonly<Record<string, Lowering>> = {
  Sum: ({ b, node }) => [chained(b, 'Add', node.inputs)],
  Mean: ({ b, node }) => [scaled(b, chained(b, 'Add', node.inputs), 1 / node.inputs.length)],
  Min: pairs('Min'),
  Max: pairs('Max'),
  Mod: mod,
  Pow: pow,
  Round: round,
  Sign: ({ b, node: { inputs } }) => {
    const [x = ''] = inputs;
    return isInteger(b.dtype(x)) ? undefined : [signOf(b, x)];
  },
  Or: ({ b, node: { inputs } }) => [or(b, inputs[0] ?? '', inputs[1] ?? '')],
  Xor: ({ b, node: { inputs } }) => {
    const [left = '', right = ''] = inputs;
    const both = b.op('And', [left, right]);
    return [b.op('And', [or(b, left, right), b.op('Not', [both])])];
  },
  // NaN alone differs from itself.
  IsNaN: ({ b, node: { inputs } }) => {
    const [x = ''] = inputs;
    return [b.op('Not', [b.op('Equal', [x, x])])];
  },
  IsInf: isInf,
  Selu: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const alpha = floatAttribute(floatOf(node, 'alpha', 1.6732631921768188));
    return [scaled(b, b.op('Elu', [x], { alpha }), floatOf(node, 'gamma', 1.0507010221481323))];
  },
  Celu: ({ b, node }) => {
    const [x = ''] = node.inputs;
    const alpha = floatOf(node, 'alpha', 1);
    return [scaled(b, b.op('Elu', [scaled(b, x, 1 / alpha)]), alpha)];
  },
  Softsign: ({ b, node: { inputs } }) => {
    const [x = ''] = inputs;
    const size = b.op('Add', [b.op('Abs', [x]), scalarLike(b, x, 1)]);
    return [b.op('Div', [x, size])];
  },
  Swish: swish(1),
  'com.microsoft.QuickGelu': swish(1.702),
  'com.microsoft.FastGelu': biasFirst('com.microsoft.FastGelu'),
  'com.microsoft.BiasGelu': biasFirst('com.microsoft.Gelu'),
  // Gelu came with opset 20; before, only as ONNX Runtime's own.
  Gelu: ({ b, node }) => {
    if (b.opset >= 20) return undefined;
    const tanh = textOf(node, 'approximate', 'none') === 'tanh';
    return [b.op(tanh ? 'com.microsoft.FastGelu' : 'com.microsoft.Gelu', node.inputs)];
  },
};
