import { elementCount } from '../../core/dtype.ts';
import { intOf } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { frontAxis } from '../nodeInputs.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import type { GradientRule } from './gradientRule.ts';
import { placeSlice, reshapeTo, zeroValue } from './reshaping.ts';

/** Most elements of a table of ones and zeros that stands for indices. */
const tableElements = 65_536;

/** A Gather as rows of a matrix: [pre, extent, post] → [pre, rows, post]. */
interface Rows {
  readonly b: GraphBuilder;
  readonly grad: string;
  readonly pre: number;
  readonly extent: number;
  readonly post: number;
  readonly rows: number;
}

/**
 * Each row's gradient is added to where the row was taken from. Indices that are known and in even steps
 * become a Pad; small tables a product with ones and zeros (the same bits on every run, also on a GPU);
 * others ScatterND with addition.
 */
export const gatherGradient: GradientRule = ({ b, node, grads }) => {
  const [data = '', indices = ''] = node.inputs;
  if (grads[0] === undefined) return [];
  const shape = b.shape(data);
  const axis = frontAxis(intOf(node, 'axis', 0), shape.length, node);
  const pre = elementCount(shape.slice(0, axis));
  const post = elementCount(shape.slice(axis + 1));
  const rows = elementCount(b.shape(indices));
  const of: Rows = { b, grad: grads[0], pre, extent: shape[axis] ?? 1, post, rows };
  const numbers = b.known(indices).value?.data;
  const made =
    numbers === undefined
      ? fromRunIndices(of, indices)
      : fromKnownIndices(
          of,
          numbers.map((index) => (index < 0 ? index + of.extent : index)),
        );
  return [reshapeTo(b, made, shape)];
};

function fromKnownIndices(of: Rows, numbers: Float64Array): string {
  const { b, pre, extent, post, rows } = of;
  const step = rows > 1 ? (numbers[1] ?? 0) - (numbers[0] ?? 0) : 1;
  const even = numbers.every((number, at) => number === (numbers[0] ?? 0) + at * step);
  const grad = reshapeTo(b, of.grad, [pre, rows, post]);
  if (even && step !== 0)
    return placeSlice(
      b,
      grad,
      [pre, extent, post],
      [
        { start: 0, step: 1, count: pre },
        { start: numbers[0] ?? 0, step, count: rows },
        { start: 0, step: 1, count: post },
      ],
    );
  if (extent * rows > tableElements) {
    const indices = b.constant(literal('i64', [rows], numbers));
    return scatter(of, indices);
  }
  const table = new Float32Array(extent * rows);
  for (const [at, number] of numbers.entries()) table[number * rows + at] = 1;
  return b.op('MatMul', [b.floats([extent, rows], table), grad]);
}

function fromRunIndices(of: Rows, given: string): string {
  const { b, pre, extent, post, rows } = of;
  const indices = narrow(b, given);
  // Equal has no 64-bit form on WebGPU.
  if (b.dtype(indices) !== 'i32' || extent * rows > tableElements) return scatter(of, indices);
  const one = reshapeTo(b, indices, [1, rows]);
  const wrapped = b.op('Where', [
    b.op('Less', [one, b.scalar(0, 'i32')]),
    b.op('Add', [one, b.scalar(extent, 'i32')]),
    one,
  ]);
  const count = literal(
    'i32',
    [extent, 1],
    Array.from({ length: extent }, (_, at) => at),
  );
  const hits = b.op('Equal', [b.constant(count), wrapped]);
  const table = b.op('Cast', [hits], { to: codeOfDtype('f32') });
  return b.op('MatMul', [table, reshapeTo(b, of.grad, [pre, rows, post])]);
}

/** The 32-bit numbers that 64-bit ones were made of: WebGPU can do more with these. */
function narrow(b: GraphBuilder, indices: string): string {
  const made = b.nodes.find(({ op, outputs }) => op === 'Cast' && outputs[0] === indices);
  const [from] = made?.inputs ?? [];
  return from !== undefined && b.dtype(from) === 'i32' ? from : indices;
}

/** ScatterND adds along the first axis: the gathered axis goes there and back. */
function scatter({ b, grad, pre, extent, post, rows }: Rows, indices: string): string {
  // In this order: WebGPU has no Reshape of 64-bit numbers.
  const column = reshapeTo(b, indices, [rows, 1]);
  const tuples =
    b.dtype(column) === 'i64' ? column : b.op('Cast', [column], { to: codeOfDtype('i64') });
  if (pre === 1)
    return b.op(
      'ScatterND',
      [zeroValue(b, [extent, post]), tuples, reshapeTo(b, grad, [rows, post])],
      { reduction: 'add' },
    );
  const apart = reshapeTo(b, grad, [pre, rows, post]);
  const front = b.op('Transpose', [apart], { perm: [1, 0, 2] });
  const summed = b.op('ScatterND', [zeroValue(b, [extent, pre, post]), tuples, front], {
    reduction: 'add',
  });
  return b.op('Transpose', [summed], { perm: [1, 0, 2] });
}
