import { floatOf, textOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { mapped, mappedPairs } from '../broadcast.ts';
import type { Kernel } from '../ndArray.ts';
import { inputAt } from '../../nodeInputs.ts';

type Unary = (x: number) => number;

/** An operator of one input whose function depends on the node's attributes. */
function activation(functionOf: (node: OpNode) => Unary): Kernel {
  return (inputs, node) => [mapped(inputAt(inputs, 0, node), functionOf(node))];
}

/** The error function by its all-positive series; exact to float64's rounding. Source: DLMF 7.6.2. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export const sigmoid: Unary = (x) =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const softplus: Unary = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const exactGelu: Unary = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const tanhGelu: Unary = (x) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const hardSigmoid =
  (alpha: number, beta: number): Unary =>
  (x) =>
    Math.max(0, Math.min(1, alpha * x + beta));
const swish =
  (alpha: number): Unary =>
  (x) =>
    x * sigmoid(alpha * x);
const elu =
  (alpha: number): Unary =>
  (x) =>
    x < 0 ? alpha * Math.expm1(x) : x;

/** Adds the optional bias before `apply`. */
function biased(apply: Unary): Kernel {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const [, bias] = inputs;
    return [mapped(bias === undefined ? x : mappedPairs(x, bias, (a, b) => a + b), apply)];
  };
}

/** Activations by their definitions. Source: onnx/docs/Operators.md, ContribOperators.md. */
export const activationKernels: Readonly<Record<string, Kernel>> = {
  Relu: activation(() => (x) => (x < 0 ? 0 : x)),
  LeakyRelu: activation((node) => {
    const alpha = floatOf(node, 'alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  PRelu: (inputs, node) => [
    mappedPairs(inputAt(inputs, 0, node), inputAt(inputs, 1, node), (x, slope) =>
      x < 0 ? slope * x : x,
    ),
  ],
  Elu: activation((node) => elu(floatOf(node, 'alpha', 1))),
  Selu: activation((node) => {
    const inner = elu(floatOf(node, 'alpha', 1.6732631921768188));
    const gamma = floatOf(node, 'gamma', 1.0507010221481323);
    return (x) => gamma * inner(x);
  }),
  Celu: activation((node) => {
    const alpha = floatOf(node, 'alpha', 1);
    return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  }),
  ThresholdedRelu: activation((node) => {
    const alpha = floatOf(node, 'alpha', 1);
    return (x) => (x > alpha ? x : 0);
  }),
  HardSigmoid: activation((node) =>
    hardSigmoid(floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5)),
  ),
  HardSwish: activation(() => (x) => x * hardSigmoid(1 / 6, 0.5)(x)),
  Sigmoid: activation(() => sigmoid),
  Tanh: activation(() => Math.tanh),
  Softplus: activation(() => softplus),
  Softsign: activation(() => (x) => x / (1 + Math.abs(x))),
  Mish: activation(() => (x) => x * Math.tanh(softplus(x))),
  Erf: activation(() => erf),
  Gelu: activation((node) =>
    textOf(node, 'approximate', 'none') === 'tanh' ? tanhGelu : exactGelu,
  ),
  Swish: activation((node) => swish(floatOf(node, 'alpha', 1))),
  'com.microsoft.Gelu': activation(() => exactGelu),
  'com.microsoft.QuickGelu': activation((node) => swish(floatOf(node, 'alpha', 1.702))),
  'com.microsoft.FastGelu': biased(tanhGelu),
  'com.microsoft.BiasGelu': biased(exactGelu),
};
