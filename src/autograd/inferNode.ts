import { LineageError } from '../core/lineageError.ts';
import type { OpNode } from '../core/network/network.ts';
import { elementCount } from '../core/dtype.ts';
import { kernelOf } from './evaluate/kernels.ts';
import { shapeRuleOf } from './shapes/shapeRules.ts';
import type { Known } from './known.ts';
import type { NdArray } from './evaluate/ndArray.ts';

/** Most elements of a value that is computed before a run: shapes, indices and small tables. */
const foldedElements = 65_536;

/** Operators whose outputs differ from run to run. */
const random = /^Random|^Bernoulli$|^Multinomial$|^Dropout$/;

/**
 * What is known of a node's outputs; their values too where all inputs' are known.
 *
 * @throws LineageError `network-unsupported`.
 */
export function inferNode(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
  opset: number,
): readonly Known[] {
  const shapeOf = node.op === 'Shape' || node.op === 'Size';
  const values = inputs.map(
    (input) => input && (input.value ?? (shapeOf ? empty(input) : undefined)),
  );
  const foldable =
    !random.test(node.op) &&
    values.every((value, at) => value !== undefined || inputs[at] === undefined);
  const kernel = kernelOf(node.op);
  if (foldable && kernel !== undefined) {
    const small =
      shapeOf || inputs.every((input) => !input || elementCount(input.shape) <= foldedElements);
    if (small) {
      const outputs = kernel(values, node, opset);
      return outputs.map((value) =>
        value.data.length <= foldedElements
          ? { dtype: value.dtype, shape: value.shape, value }
          : { dtype: value.dtype, shape: value.shape },
      );
    }
  }
  const rule = shapeRuleOf(node.op);
  if (rule === undefined)
    throw new LineageError('network-unsupported', {
      node: node.name === '' ? node.op : `${node.op} (${node.name})`,
      reason: `the operator ${node.op} is not known here`,
    });
  return rule(inputs, node, opset);
}

/** Stands for a value whose numbers do not matter. */
function empty({ dtype, shape }: Known): NdArray {
  return { dtype, shape, data: new Float64Array(0) };
}
