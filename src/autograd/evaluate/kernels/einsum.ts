import { textOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { elementCount } from '../../../core/dtype.ts';
import { stridesOf, type Kernel, type NdArray } from '../ndArray.ts';
import { refuse } from '../../unsupported.ts';
import { inputAt } from '../../nodeInputs.ts';

/** An Einsum equation with its ellipses written out as the labels `0`, `1`, … from the right. */
export interface Equation {
  /** Labels of the axes of each operand. */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly extents: ReadonlyMap<string, number>;
}

/**
 * Reads the equation of an Einsum node. Without `->` the output has the labels that occur once, in
 * alphabetical order, after the ellipsis. Source: onnx/docs/Operators.md, Einsum.
 *
 * @throws LineageError `network-unsupported` for an equation that does not fit the shapes.
 */
export function equationOf(node: OpNode, shapes: readonly (readonly number[])[]): Equation {
  const text = textOf(node, 'equation', '').replaceAll(/\s/g, '');
  const [left = '', right] = text.split('->');
  const terms = left.split(',');
  if (terms.length !== shapes.length)
    refuse(node, `${terms.length} terms in "${text}" for ${shapes.length} inputs`);
  const extents = new Map<string, number>();
  let longest = 0;
  const operands = terms.map((term, at) => {
    const shape = shapes[at] ?? [];
    const named = term.replace('...', '').length;
    const hidden = term.includes('...') ? shape.length - named : 0;
    longest = Math.max(longest, hidden);
    const labels = labelsOf(term, hidden);
    if (labels.length !== shape.length || hidden < 0)
      refuse(node, `"${term}" does not fit the shape [${shape.join(', ')}]`);
    for (const [axis, label] of labels.entries()) {
      const extent = shape[axis] as number;
      const there = extents.get(label) ?? 1;
      if (there !== 1 && extent !== 1 && there !== extent)
        refuse(node, `the label ${label} has the extents ${there} and ${extent}`);
      extents.set(label, Math.max(there, extent));
    }
    return labels;
  });
  const all = operands.flat();
  const once = [...new Set(all)]
    .filter((label) => !/\d/.test(label) && all.indexOf(label) === all.lastIndexOf(label))
    .sort();
  const output =
    right === undefined
      ? [...(left.includes('...') ? labelsOf('...', longest) : []), ...once]
      : labelsOf(right, longest);
  for (const label of output)
    if (!extents.has(label)) refuse(node, `the output label ${label} is in no input`);
  return { operands, output, extents };
}

/** One label an axis; the ellipsis stands for `hidden` axes, numbered from the right. */
function labelsOf(term: string, hidden: number): string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return Array.from(before);
  const names = Array.from({ length: Math.max(0, hidden) }, (_, at) => String(hidden - 1 - at));
  return [...Array.from(before), ...names, ...Array.from(after)];
}

/** Sums the products over all labels that the output does not have, one by one. */
export const einsum: Kernel = (inputs, node) => {
  const arrays = inputs.map((_, at) => inputAt(inputs, at, node));
  const equation = equationOf(
    node,
    arrays.map(({ shape }) => shape),
  );
  const { operands, output, extents } = equation;
  const inner = [...extents.keys()].filter((label) => !output.includes(label));
  const labels = [...output, ...inner];
  const sizes = labels.map((label) => extents.get(label) as number);
  const steps = arrays.map((array, at) => stepsOf(array, operands[at] ?? [], labels));
  const shape = output.map((label) => extents.get(label) as number);
  const data = new Float64Array(elementCount(shape));
  const innerCount = elementCount(sizes.slice(output.length));
  const index = new Array<number>(labels.length).fill(0);
  for (let at = 0; at < data.length * innerCount; at++) {
    let rest = at;
    for (let axis = labels.length - 1; axis >= 0; axis--) {
      index[axis] = rest % (sizes[axis] as number);
      rest = Math.floor(rest / (sizes[axis] as number));
    }
    let product = 1;
    for (const [which, { data: numbers }] of arrays.entries()) {
      const offset = (steps[which] as number[]).reduce(
        (sum, step, axis) => sum + step * (index[axis] as number),
        0,
      );
      product *= numbers[offset] as number;
    }
    const to = Math.floor(at / innerCount);
    data[to] = (data[to] as number) + product;
  }
  return [{ dtype: (arrays[0] as NdArray).dtype, shape, data }];
};

/** How far an operand moves for a step of each label; a label that occurs twice takes the diagonal. */
function stepsOf(array: NdArray, own: readonly string[], labels: readonly string[]): number[] {
  const strides = stridesOf(array.shape);
  return labels.map((label) =>
    own.reduce(
      (sum, each, axis) =>
        each === label && array.shape[axis] !== 1 ? sum + (strides[axis] as number) : sum,
      0,
    ),
  );
}
