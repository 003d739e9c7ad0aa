import { floatOf, intOf } from '../../core/network/attributes.ts';
import { fusedActivation } from '../evaluate/kernels/linear.ts';
import { scaled } from '../gradients/scalarLike.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { lowerEinsum } from './einsum.ts';
import type { Lowering } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/** The last two axes exchanged. */
function flipped(b: GraphBuilder, value: string): string {
  const rank = b.shape(value).length;
  if (rank < 2) return value;
  const lead = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return b.op('Transpose', [value], { perm: [...lead, rank - 1, rank - 2] });
}

const fusedMatMul: Lowering = ({ b, node }) => {
  if (intOf(node, 'transBatchA', 0) === 1 || intOf(node, 'transBatchB', 0) === 1)
    refuse(node, 'transBatchA and transBatchB are not supported');
  const turned = (at: number, name: string) => {
    const value = node.inputs[at] ?? '';
    return intOf(node, name, 0) === 1 ? flipped(b, value) : value;
  };
  const product = b.op('MatMul', [turned(0, 'transA'), turned(1, 'transB')]);
  return [scaled(b, product, floatOf(node, 'alpha', 1))];
};

/** Gemm, then the activation as a node of its own. */
const fusedGemm: Lowering = ({ b, node }) => {
  const own = Object.entries(node.attributes).filter(([name]) => !name.startsWith('activation'));
  const made = b.op('Gemm', node.inputs, Object.fromEntries(own));
  const activation = fusedActivation(node);
  return [activation === undefined ? made : b.op(activation.op, [made], activation.attributes)];
};

/** MatMul, Gemm, Einsum. */
export const linearLowerings: Readonly<Record<string, Lowering>> = {
  Einsum: lowerEinsum,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.FusedGemm': fusedGemm,
};
