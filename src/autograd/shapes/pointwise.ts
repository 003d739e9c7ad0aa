import { broadcastShape } from '../evaluate/broadcast.ts';
import type { ShapeRule } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';

/** The type of the first input. */
export const sameAsFirst: ShapeRule = (inputs, node) => {
  const { dtype, shape } = inputAt(inputs, 0, node);
  return [{ dtype, shape }];
};

/** All inputs broadcast to each other; the dtype of the first. */
const broadcast: ShapeRule = (inputs, node) => {
  const { dtype } = inputAt(inputs, 0, node);
  const shapes = inputs.map((_, at) => inputAt(inputs, at, node).shape);
  return [{ dtype, shape: broadcastShape(shapes, nameOf(node)) }];
};

/** As `broadcast`, of two inputs that must both be there. */
const pair: ShapeRule = (inputs, node, opset) => {
  inputAt(inputs, 1, node);
  return broadcast(inputs, node, opset);
};

const truth: ShapeRule = (inputs, node, opset) =>
  broadcast(inputs, node, opset).map(({ shape }) => ({ dtype: 'bool', shape }));

/** A bias is broadcast to the first input. */
const biased: ShapeRule = (inputs, node, opset) =>
  broadcast(
    inputs.filter((input) => input !== undefined),
    node,
    opset,
  );

function nameOf({ name, op }: Parameters<ShapeRule>[1]): string {
  return name === '' ? op : `${op} (${name})`;
}

function each(operators: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(operators.split(/\s+/).map((op) => [op, rule]));
}

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseShapeRules: Readonly<Record<string, ShapeRule>> = {
  ...each(
    `Sqrt Exp Log Abs Neg Reciprocal Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Floor Ceil Round
    Sign Not Relu LeakyRelu Elu Selu Celu ThresholdedRelu HardSigmoid HardSwish Sigmoid Tanh Softplus
    Softsign Mish Erf Gelu Swish Clip com.microsoft.Gelu com.microsoft.QuickGelu`,
    sameAsFirst,
  ),
  ...each('Add Sub Mul Div Pow Mod PRelu', pair),
  ...each('Min Max Sum Mean', broadcast),
  ...each('com.microsoft.FastGelu com.microsoft.BiasGelu', biased),
  ...each('Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor IsNaN IsInf', truth),
  Where: (inputs, node, opset) =>
    broadcast(inputs, node, opset).map(({ shape }) => ({
      dtype: inputAt(inputs, 1, node).dtype,
      shape,
    })),
};
