import { LineageError } from '../core/lineageError.ts';
import type { OpNode } from '../core/network/network.ts';
import { elementCount } from '../core/dtype.ts';
import { kernelOf } from './evaluate/kernels.ts';
import { shapeRuleOf } from './shapes/shapeRules.ts';
import type { Known } from './known.ts';
import type { NdArray } from './evaluate/ndArray.ts';

/** Most elements of a value that is computed before a run: shapes, indices and small tables. */
const foldedElements = 65_536;

/** Operators that make much of little: their shape is found before their values. */
const enlarging = new Set([
  'Expand',
  'Tile',
  'ConstantOfShape',
  'EyeLike',
  'Pad',
  'OneHot',
  'Resize',
]);

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
  const foldable =
    !random.test(node.op) &&
    inputs.every((input) => !input || shapeOf || input.value !== undefined) &&
    (shapeOf || inputs.every((input) => !input || elementCount(input.shape) <= foldedElements));
  const kernel = kernelOf(node.op);
  if (foldable && kernel !== undefined) {
    const types = tooLarge(inputs, node, opset);
    if (types !== undefined) return types;
    const values = inputs.map((input) => input && (input.value ?? empty(input)));
    return kernel(values, node, opset).map((value) => ({
      dtype: value.dtype,
      shape: value.shape,
      ...(value.data.length <= foldedElements ? { value } : {}),
    }));
  }
  const rule = shapeRuleOf(node.op);
  if (rule === undefined)
    throw new LineageError('network-unsupported', {
      node: node.name === '' ? node.op : `${node.op} (${node.name})`,
      reason: `the operator ${node.op} is not known here`,
    });
  return rule(inputs, node, opset);
}

/** The types of outputs that are too large to be computed before a run. */
function tooLarge(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
  opset: number,
): readonly Known[] | undefined {
  if (!enlarging.has(node.op)) return undefined;
  const types = shapeRuleOf(node.op)?.(inputs, node, opset);
  return types?.some(({ shape }) => elementCount(shape) > foldedElements) ? types : undefined;
}

/** Stands for a value whose numbers do not matter. */
function empty({ dtype, shape }: Known): NdArray {
  return { dtype, shape, data: new Float64Array(0) };
}
