import { intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { broadcastShape } from '../evaluate/broadcast.ts';
import { equationOf } from '../evaluate/kernels/einsum.ts';
import type { ShapeRule } from '../known.ts';
import { refuse } from '../unsupported.ts';
import { inputAt } from '../nodeInputs.ts';

function matMulShape(a: readonly number[], b: readonly number[], node: OpNode): readonly number[] {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2))
    refuse(node, `[${a.join(', ')}] by [${b.join(', ')}] do not fit`);
  return [
    ...broadcastShape([left.slice(0, -2), right.slice(0, -2)], node.op),
    ...(a.length === 1 ? [] : left.slice(-2, -1)),
    ...(b.length === 1 ? [] : right.slice(-1)),
  ];
}

/** The last two extents exchanged where the attribute `name` is 1. */
function turned(shape: readonly number[], node: OpNode, name: string): readonly number[] {
  if (intOf(node, name, 0) !== 1 || shape.length < 2) return shape;
  return [...shape.slice(0, -2), shape.at(-1) as number, shape.at(-2) as number];
}

const fused: ShapeRule = (inputs, node) => {
  const a = inputAt(inputs, 0, node);
  const b = inputAt(inputs, 1, node);
  const left = turned(a.shape, node, 'transA');
  return [{ dtype: a.dtype, shape: matMulShape(left, turned(b.shape, node, 'transB'), node) }];
};

const gemm: ShapeRule = (inputs, node, opset) => {
  const made = fused(inputs, node, opset);
  const { shape = [] } = made[0] ?? {};
  const [, , c] = inputs;
  if (shape.length !== 2 || inputAt(inputs, 0, node).shape.length !== 2)
    refuse(node, 'its inputs are not matrices');
  if (c !== undefined && broadcastShape([shape, c.shape], node.op).join() !== shape.join())
    refuse(node, `C of [${c.shape.join(', ')}] does not broadcast to [${shape.join(', ')}]`);
  return made;
};

/** MatMul, Gemm, Einsum. */
export const linearShapeRules: Readonly<Record<string, ShapeRule>> = {
  MatMul: fused,
  Gemm: gemm,
  Einsum: (inputs, node) => {
    const shapes = inputs.map((_, at) => inputAt(inputs, at, node).shape);
    const { output, extents } = equationOf(node, shapes);
    return [
      {
        dtype: inputAt(inputs, 0, node).dtype,
        shape: output.map((label) => extents.get(label) as number),
      },
    ];
  },
  'com.microsoft.FusedMatMul': fused,
  'com.microsoft.FusedGemm': gemm,
};
