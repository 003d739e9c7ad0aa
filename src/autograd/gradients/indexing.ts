import { elementCount } from '../../core/dtype.ts';
import { intOf, textOf } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { frontAxis } from '../nodeInputs.ts';
import { unsupported } from '../unsupported.ts';
import { gatherGradient } from './gather.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { zeroValue } from './reshaping.ts';

/** Operators that take or put elements by indices. */
export const indexingGradients: Readonly<Record<string, GradientRule>> = {
  Gather: gatherGradient,
  GatherElements: ({ b, node, grads }) => {
    const [data = '', indices = ''] = node.inputs;
    if (grads[0] === undefined) return [];
    const axis = frontAxis(intOf(node, 'axis', 0), b.shape(data).length, node);
    const zeros = zeroValue(b, b.shape(data));
    return [b.op('ScatterElements', [zeros, indices, grads[0]], { axis, reduction: 'add' })];
  },
  GatherND: ({ b, node, grads }) => {
    const [data = '', indices = ''] = node.inputs;
    if (grads[0] === undefined) return [];
    const full = withBatchIndices(b, indices, intOf(node, 'batch_dims', 0));
    const zeros = zeroValue(b, b.shape(data));
    return [b.op('ScatterND', [zeros, full, grads[0]], { reduction: 'add' })];
  },
  ScatterElements: (context) => {
    const axis = intOf(context.node, 'axis', 0);
    return scatterGradient(context, 'GatherElements', { axis });
  },
  ScatterND: (context) => scatterGradient(context, 'GatherND', {}),
  OneHot: () => [],
};

/** What was overwritten has no part in the output; what was put has the gradient of its place. */
function scatterGradient(
  { b, node, grads, needs }: GradientContext,
  gather: string,
  attributes: Readonly<Record<string, number>>,
): readonly (string | undefined)[] {
  const [grad, [, indices = '', updates = '']] = [grads[0], node.inputs];
  if (grad === undefined) return [];
  const reduction = textOf(node, 'reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add')
    throw unsupported(node, `the reduction ${reduction} has no gradient here`);
  const kept = () =>
    reduction === 'add'
      ? grad
      : b.op(node.op, [grad, indices, zeroValue(b, b.shape(updates))], attributes);
  return [
    needs[0] === true ? kept() : undefined,
    undefined,
    needs[2] === true ? b.op(gather, [grad, indices], attributes) : undefined,
  ];
}

/** Indices of GatherND with the batch axes' own indices in front, so that none is left to the operator. */
function withBatchIndices(b: GraphBuilder, indices: string, batchAxes: number): string {
  if (batchAxes === 0) return indices;
  const lead = b.shape(indices).slice(0, -1);
  const shape = [...lead, batchAxes];
  const numbers = new Float64Array(elementCount(shape));
  const strides = lead.map((_, axis) => elementCount(lead.slice(axis + 1)));
  for (let at = 0; at < numbers.length; at++) {
    const axis = at % batchAxes;
    const tuple = Math.floor(at / batchAxes);
    numbers[at] = Math.floor(tuple / (strides[axis] ?? 1)) % (lead[axis] ?? 1);
  }
  const own = b.constant(literal('i64', shape, numbers));
  return b.op('Concat', [own, indices], { axis: lead.length });
}
