import { elementCount } from '../../core/dtype.ts';
import { equationOf } from '../evaluate/kernels/einsum.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { Lowering } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/** A value and the label of each of its axes. */
interface Labelled {
  readonly value: string;
  readonly labels: readonly string[];
}

/**
 * Operands are multiplied two at a time from the left, each time by one MatMul over the labels that are
 * not needed any more; labels of one operand alone are summed before.
 *
 * @throws LineageError `network-unsupported` where an operand has a label twice: a diagonal.
 */
export const lowerEinsum: Lowering = ({ b, node }) => {
  const { operands, output } = equationOf(
    node,
    node.inputs.map((name) => b.shape(name)),
  );
  const values = node.inputs.map((value, at) => ({ value, labels: operands[at] ?? [] }));
  if (values.some(({ labels }) => new Set(labels).size < labels.length))
    refuse(node, 'a label occurs twice in one operand');
  const [first, ...others] = values;
  if (first === undefined) return refuse(node, 'it has no inputs');
  let made = first;
  for (const [at, next] of others.entries()) {
    const later = new Set([...output, ...others.slice(at + 1).flatMap(({ labels }) => labels)]);
    made = multiplied(b, made, next, later);
  }
  const summed = summedTo(b, made, new Set(output));
  return [transposedTo(b, summed, output).value];
};

/** Without the labels that nothing needs. */
function summedTo(
  b: GraphBuilder,
  { value, labels }: Labelled,
  needed: ReadonlySet<string>,
): Labelled {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  if (axes.length === 0) return { value, labels };
  return {
    value: b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 0 }),
    labels: labels.filter((label) => needed.has(label)),
  };
}

function transposedTo(
  b: GraphBuilder,
  { value, labels }: Labelled,
  order: readonly string[],
): Labelled {
  const perm = order.map((label) => labels.indexOf(label));
  if (perm.every((axis, at) => axis === at)) return { value, labels };
  return { value: b.op('Transpose', [value], { perm }), labels: order };
}

function reshaped(b: GraphBuilder, value: string, shape: readonly number[]): string {
  const same = b.shape(value).join() === shape.join();
  return same ? value : b.op('Reshape', [value, b.ints(shape)]);
}

/** Both as [shared, rows, inner] by [shared, inner, columns]; of extents that differ one is 1. */
function multiplied(
  b: GraphBuilder,
  left: Labelled,
  right: Labelled,
  later: ReadonlySet<string>,
): Labelled {
  const a = summedTo(b, left, new Set([...later, ...right.labels]));
  const c = summedTo(b, right, new Set([...later, ...left.labels]));
  const inBoth = a.labels.filter((label) => c.labels.includes(label));
  const inner = inBoth.filter(
    (label) => !later.has(label) && extentOf(b, a, label) === extentOf(b, c, label),
  );
  const shared = inBoth.filter((label) => !inner.includes(label));
  const rows = a.labels.filter((label) => !inBoth.includes(label));
  const columns = c.labels.filter((label) => !inBoth.includes(label));
  const extents = (of: Labelled, labels: readonly string[]) =>
    labels.map((label) => extentOf(b, of, label));
  const m = extents(a, rows);
  const k = extents(a, inner);
  const n = extents(c, columns);
  const first = transposedTo(b, a, [...shared, ...rows, ...inner]).value;
  const second = transposedTo(b, c, [...shared, ...inner, ...columns]).value;
  const product = b.op('MatMul', [
    reshaped(b, first, [...extents(a, shared), elementCount(m), elementCount(k)]),
    reshaped(b, second, [...extents(c, shared), elementCount(k), elementCount(n)]),
  ]);
  const lead = b.shape(product).slice(0, -2);
  const made = {
    value: reshaped(b, product, [...lead, ...m, ...n]),
    labels: [...shared, ...rows, ...columns],
  };
  return summedTo(b, made, later);
}

function extentOf(b: GraphBuilder, { value, labels }: Labelled, label: string): number {
  return b.shape(value)[labels.indexOf(label)] as number;
}
