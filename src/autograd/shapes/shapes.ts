import type { Dtype } from '../../core/dtype.ts';
import { tensorOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { ShapeRule } from '../known.ts';
import { inputAt, settledNumbers } from '../nodeInputs.ts';
import { dtypeAttribute } from '../onnxDataTypes.ts';
import { unsupported } from '../unsupported.ts';

const settled: ShapeRule = (_inputs, node) => {
  throw unsupported(node, 'its shape depends on values that are only known at run time');
};

/**
 * Shapes as values and constants: Shape, Range, ConstantOfShape, …. Most are computed before a run and
 * come here only where they cannot be.
 */
export const shapesShapeRules: Readonly<Record<string, ShapeRule>> = {
  ConstantOfShape: (inputs, node) => [
    { dtype: fillOf(node).dtype, shape: settledNumbers(inputs, 0, node) ?? [] },
  ],
  Constant: (_inputs, node) => {
    const value = tensorOf(node, 'value');
    if (value === undefined) throw unsupported(node, 'a constant of this kind');
    return [{ dtype: value.dtype, shape: value.shape }];
  },
  EyeLike: (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    return [{ dtype: dtypeAttribute(node, 'dtype', input.dtype), shape: input.shape }];
  },
  Range: settled,
  NonZero: settled,
};

/** What a ConstantOfShape fills with: f32 zero where it says nothing. */
export function fillOf(node: OpNode): {
  readonly dtype: Dtype;
  readonly tensor: ReturnType<typeof tensorOf>;
} {
  const tensor = tensorOf(node, 'value');
  return { dtype: tensor?.dtype ?? 'f32', tensor };
}
