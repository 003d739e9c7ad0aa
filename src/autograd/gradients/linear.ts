import { elementCount } from '../../core/dtype.ts';
import { floatAttribute, floatOf, intOf } from '../../core/network/attributes.ts';
import type { Attributes, GraphBuilder } from '../graphBuilder.ts';
import type { GradientRule } from './gradientRule.ts';
import { scaled } from './scalarLike.ts';
import { sumTo } from './sumTo.ts';

/** A product of two matrices, either transposed. */
function product(
  b: GraphBuilder,
  [left, leftTurned]: readonly [string, boolean],
  [right, rightTurned]: readonly [string, boolean],
  alpha = 1,
): string {
  const attributes: Record<string, Attributes[string]> = {};
  if (leftTurned) attributes['transA'] = 1;
  if (rightTurned) attributes['transB'] = 1;
  if (alpha !== 1) attributes['alpha'] = floatAttribute(alpha);
  return b.op('Gemm', [left, right], attributes);
}

/** Y = α·A'·B' + β·C, A' and B' transposed or not: dA' = α·G·B'ᵀ, dB' = α·A'ᵀ·G, dC = β·ΣG. */
const gemm: GradientRule = ({ b, node, grads: [g], needs }) => {
  const [left = '', right = '', c = ''] = node.inputs;
  if (g === undefined) return [];
  const turnedA = intOf(node, 'transA', 0) === 1;
  const turnedB = intOf(node, 'transB', 0) === 1;
  const alpha = floatOf(node, 'alpha', 1);
  const byLeft = () =>
    turnedA
      ? product(b, [right, turnedB], [g, true], alpha)
      : product(b, [g, false], [right, !turnedB], alpha);
  const byRight = () =>
    turnedB
      ? product(b, [g, true], [left, turnedA], alpha)
      : product(b, [left, !turnedA], [g, false], alpha);
  return [
    needs[0] === true ? byLeft() : undefined,
    needs[1] === true ? byRight() : undefined,
    needs[2] === true ? scaled(b, sumTo(b, g, b.shape(c)), floatOf(node, 'beta', 1)) : undefined,
  ];
};

function reshaped(b: GraphBuilder, value: string, shape: readonly number[]): string {
  const same = b.shape(value).join() === shape.join();
  return same ? value : b.op('Reshape', [value, b.ints(shape)]);
}

/** The last two axes exchanged. */
function flipped(b: GraphBuilder, value: string): string {
  const rank = b.shape(value).length;
  const lead = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return b.op('Transpose', [value], { perm: [...lead, rank - 1, rank - 2] });
}

/**
 * By one matrix on the right, as in a dense layer on a sequence, the leading axes are rows of one large
 * matrix, and both gradients are Gemms. Otherwise they are batched products, summed over what was
 * broadcast.
 */
const matMul: GradientRule = ({ b, node, grads: [g], needs }) => {
  const [left = '', right = ''] = node.inputs;
  if (g === undefined) return [];
  const { a, c, out } = asMatrices(b.shape(left), b.shape(right), b.shape(g));
  const rows = c.length === 2;
  const flat = (shape: readonly number[]) =>
    rows ? [elementCount(shape.slice(0, -1)), shape.at(-1) as number] : shape;
  const grad = reshaped(b, g, flat(out));
  const x = () => reshaped(b, left, flat(a));
  const w = () => reshaped(b, right, c);
  const byLeft = () =>
    rows
      ? product(b, [grad, false], [w(), true])
      : sumTo(b, b.op('MatMul', [grad, flipped(b, w())]), a);
  const byRight = () =>
    rows
      ? product(b, [x(), true], [grad, false])
      : sumTo(b, b.op('MatMul', [flipped(b, x()), grad]), c);
  return [
    needs[0] === true ? reshaped(b, byLeft(), b.shape(left)) : undefined,
    needs[1] === true ? reshaped(b, byRight(), b.shape(right)) : undefined,
  ];
};

/** Shapes with vectors as a row on the left and a column on the right, and the output's with them. */
function asMatrices(left: readonly number[], right: readonly number[], g: readonly number[]) {
  const a = left.length === 1 ? [1, ...left] : left;
  const c = right.length === 1 ? [...right, 1] : right;
  const batch = g.slice(0, g.length - (left.length === 1 ? 0 : 1) - (right.length === 1 ? 0 : 1));
  return { a, c, out: [...batch, a.at(-2) as number, c.at(-1) as number] };
}

/** MatMul, Gemm; Einsum and the fused ones are lowered to these. */
export const linearGradients: Readonly<Record<string, GradientRule>> = {
  MatMul: matMul,
  Gemm: gemm,
};
