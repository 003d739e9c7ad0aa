import { elementCount } from '../../core/dtype.ts';
import { kernelOf } from '../evaluate/kernels.ts';
import { literalOf, ndArray } from '../evaluate/ndArray.ts';
import type { Lowering } from './lowering.ts';

/** Shape, Size, Range, ConstantOfShape, Constant, NonZero, EyeLike. */
export const shapesLowerings: Readonly<Record<string, Lowering>> = {
  // Its input's numbers do not matter, only the shape: a constant. WebGPU has no such operator.
  EyeLike: ({ b, node }) => {
    const { dtype, shape } = b.known(node.inputs[0] ?? '');
    const like = ndArray(dtype, shape, new Float64Array(elementCount(shape)));
    const [made] = kernelOf(node.op)?.([like], node, b.opset) ?? [];
    const tensor = made && literalOf(made);
    return tensor && [b.constant(tensor)];
  },
};
