import { floatOf, intOf } from '../../../core/network/attributes.ts';
import type { Dtype } from '../../../core/dtype.ts';
import { broadcastShape, broadcastTo, mapped, mappedPairs } from '../broadcast.ts';
import { isInteger, wrapped } from '../integers.ts';
import type { Kernel } from '../ndArray.ts';
import { activationKernels } from './activations.ts';
import { inputAt } from '../../nodeInputs.ts';

type Binary = (a: number, b: number) => number;

/** An operator on pairs; the function may depend on the dtype, and the result is wrapped to it. */
function arithmetic(functionOf: (dtype: Dtype) => Binary): Kernel {
  return (inputs, node) => {
    const a = inputAt(inputs, 0, node);
    const apply = functionOf(a.dtype);
    return [mappedPairs(a, inputAt(inputs, 1, node), (x, y) => wrapped(a.dtype, apply(x, y)))];
  };
}

function comparison(holds: (a: number, b: number) => boolean): Kernel {
  return (inputs, node) => [
    mappedPairs(
      inputAt(inputs, 0, node),
      inputAt(inputs, 1, node),
      (x, y) => Number(holds(x, y)),
      'bool',
    ),
  ];
}

function unary(apply: (x: number) => number): Kernel {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    return [mapped(x, (value) => wrapped(x.dtype, apply(value)))];
  };
}

/** Any number of inputs, two at a time from the left. */
function chained(apply: Binary): Kernel {
  return (inputs, node) => {
    let result = inputAt(inputs, 0, node);
    for (let at = 1; at < inputs.length; at++)
      result = mappedPairs(result, inputAt(inputs, at, node), apply);
    return [result];
  };
}

const sum = chained((a, b) => a + b);

/** Rounds to nearest, ties to the even number. */
export function roundEven(x: number): number {
  const low = Math.floor(x);
  const over = x - low;
  return over > 0.5 || (over === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

const product = (dtype: Dtype): Binary =>
  dtype === 'i32' || dtype === 'u32' ? Math.imul : (a, b) => a * b;
/** Integers are divided towards zero, as C++ does. */
const quotient = (dtype: Dtype): Binary =>
  isInteger(dtype) ? (a, b) => (b === 0 ? 0 : Math.trunc(a / b)) : (a, b) => a / b;
const power = (dtype: Dtype): Binary =>
  isInteger(dtype) ? (a, b) => Math.trunc(a ** b) : (a, b) => a ** b;

/** Elementwise arithmetic and activations, with broadcasting. Source: onnx/docs/Operators.md. */
export const pointwiseKernels: Readonly<Record<string, Kernel>> = {
  ...activationKernels,
  Add: arithmetic(() => (a, b) => a + b),
  Sub: arithmetic(() => (a, b) => a - b),
  Mul: arithmetic(product),
  Div: arithmetic(quotient),
  Pow: arithmetic(power),
  Mod: (inputs, node, opset) => {
    // `fmod`: the sign of the dividend; otherwise that of the divisor.
    const apply: Binary =
      intOf(node, 'fmod', 0) === 1 ? (a, b) => a % b : (a, b) => (b === 0 ? 0 : ((a % b) + b) % b);
    return arithmetic(() => apply)(inputs, node, opset);
  },
  Min: chained((a, b) => Math.min(a, b)),
  Max: chained((a, b) => Math.max(a, b)),
  Sum: sum,
  Mean: (inputs, node, opset) =>
    sum(inputs, node, opset).map((total) => mapped(total, (value) => value / inputs.length)),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Abs: unary(Math.abs),
  Neg: unary((x) => -x),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Sinh: unary(Math.sinh),
  Cosh: unary(Math.cosh),
  Asinh: unary(Math.asinh),
  Acosh: unary(Math.acosh),
  Atanh: unary(Math.atanh),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundEven),
  Sign: unary(Math.sign),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  Greater: comparison((a, b) => a > b),
  LessOrEqual: comparison((a, b) => a <= b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Xor: comparison((a, b) => a !== b),
  Not: unary((x) => Number(x === 0)),
  IsNaN: (inputs, node) => [
    mapped(inputAt(inputs, 0, node), (x) => Number(Number.isNaN(x)), 'bool'),
  ],
  IsInf: (inputs, node) => {
    const positive = intOf(node, 'detect_positive', 1) === 1;
    const negative = intOf(node, 'detect_negative', 1) === 1;
    const infinite = (x: number) => (x === Infinity && positive) || (x === -Infinity && negative);
    return [mapped(inputAt(inputs, 0, node), (x) => Number(infinite(x)), 'bool')];
  },
  Where: (inputs, node) => {
    const condition = inputAt(inputs, 0, node);
    const yes = inputAt(inputs, 1, node);
    const no = inputAt(inputs, 2, node);
    const shape = broadcastShape([condition.shape, yes.shape, no.shape], node.op);
    const a = broadcastTo(yes, shape);
    const b = broadcastTo(no, shape);
    const data = broadcastTo(condition, shape).map(
      (holds, at) => (holds === 0 ? b[at] : a[at]) as number,
    );
    return [{ dtype: yes.dtype, shape, data }];
  },
  Clip: (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const low = inputs[1]?.data[0] ?? floatOf(node, 'min', -Infinity);
    const high = inputs[2]?.data[0] ?? floatOf(node, 'max', Infinity);
    return [mapped(x, (value) => Math.min(high, Math.max(low, value)))];
  },
};
