import type { Dtype } from '../../core/dtype.ts';
import { intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule, ValueType } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';
import { dtypeAttribute } from '../onnxDataTypes.ts';
import { unsupported } from '../unsupported.ts';
import { convolutionShapeRules } from './convolution.ts';
import { linearShapeRules } from './linear.ts';

type Inputs = readonly (Known | undefined)[];

/** Quantised values and integer products. */
export const quantisationShapeRules: Readonly<Record<string, ShapeRule>> = {
  QuantizeLinear: (inputs, node) => [
    { dtype: codeDtype(inputs, node), shape: inputAt(inputs, 0, node).shape },
  ],
  DequantizeLinear: (inputs, node) => [
    { dtype: inputAt(inputs, 1, node).dtype, shape: inputAt(inputs, 0, node).shape },
  ],
  DynamicQuantizeLinear: (inputs, node) => [
    { dtype: 'u8', shape: inputAt(inputs, 0, node).shape },
    { dtype: 'f32', shape: [] },
    { dtype: 'u8', shape: [] },
  ],
  MatMulInteger: (inputs, node, opset) => [
    { dtype: 'i32', shape: shapeBy(linearShapeRules['MatMul'], inputs.slice(0, 2), node, opset) },
  ],
  ConvInteger: (inputs, node, opset) => [
    {
      dtype: 'i32',
      shape: shapeBy(convolutionShapeRules['Conv'], inputs.slice(0, 2), node, opset),
    },
  ],
  QLinearMatMul: (inputs, node, opset) => [
    {
      dtype: inputAt(inputs, 7, node).dtype,
      shape: shapeBy(linearShapeRules['MatMul'], [inputs[0], inputs[3]], node, opset),
    },
  ],
  QLinearConv: (inputs, node, opset) => [
    {
      dtype: inputAt(inputs, 7, node).dtype,
      shape: shapeBy(convolutionShapeRules['Conv'], [inputs[0], inputs[3]], node, opset),
    },
  ],
};

function shapeBy(
  rule: ShapeRule | undefined,
  inputs: Inputs,
  node: OpNode,
  opset: number,
): readonly number[] {
  const [type] = rule?.(inputs, node, opset) ?? [];
  if (type === undefined) throw unsupported(node, 'its shape is not known here');
  return type.shape;
}

/** The dtype of a QuantizeLinear's output: the zero point's, or what the node says; u8. */
export function codeDtype(inputs: readonly (ValueType | undefined)[], node: OpNode): Dtype {
  const given = inputs[2]?.dtype ?? 'u8';
  return intOf(node, 'output_dtype', 0) === 0 ? given : dtypeAttribute(node, 'output_dtype', given);
}

/** Least and greatest number of a dtype that values are quantised to. */
export function codeRange(dtype: Dtype, node: OpNode): readonly [least: number, greatest: number] {
  const ranges: Partial<Record<Dtype, readonly [number, number]>> = {
    u8: [0, 255],
    i8: [-128, 127],
    u16: [0, 65_535],
    i16: [-32_768, 32_767],
    i32: [-(2 ** 31), 2 ** 31 - 1],
  };
  const range = ranges[dtype];
  if (range === undefined) throw unsupported(node, `quantisation to ${dtype}`);
  return range;
}

/**
 * The shape that lets a scale of one number per slice of an axis broadcast against `shape`.
 *
 * @throws LineageError `network-unsupported` for scales per block.
 */
export function alongAxis(
  shape: readonly number[],
  scale: readonly number[],
  node: OpNode,
): readonly number[] {
  if (intOf(node, 'block_size', 0) !== 0 || scale.length > 1)
    throw unsupported(node, 'a scale per block');
  if (scale.length === 0 || (scale[0] === 1 && shape.length !== 1)) return shape.map(() => 1);
  const axis = intOf(node, 'axis', 1);
  const front = shape.length === 1 ? 0 : axis < 0 ? axis + shape.length : axis;
  return shape.map((extent, at) => (at === front ? extent : 1));
}
