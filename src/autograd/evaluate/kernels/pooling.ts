import { elementCount } from '../../../core/dtype.ts';
import { intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { poolingAxes } from '../../shapes/pooling.ts';
import { windowExtent, type WindowAxis } from '../../shapes/windows.ts';
import { ndArray, stridesOf, type Kernel, type NdArray } from '../ndArray.ts';
import { tapsOf, type Tap } from './windowRows.ts';
import { refuse } from '../../unsupported.ts';

/** MaxPool, AveragePool and their global forms. */
export const poolingKernels: Readonly<Record<string, Kernel>> = {
  MaxPool: (inputs, node) => {
    const [x, axes] = given(inputs, node);
    const { values, from } = maximum(x, axes);
    const shape = pooled(x, axes);
    const most = ndArray(x.dtype, shape, values);
    if (node.outputs.length < 2) return [most];
    const columns = intOf(node, 'storage_order', 0) === 1;
    const indices = columns ? from.map((index) => byColumns(index, x.shape)) : from;
    return [most, ndArray('i64', shape, indices)];
  },
  AveragePool: (inputs, node) => {
    const [x, axes] = given(inputs, node);
    const sums = summed(x, axes, (value) => value);
    const counts = windowCounts(axes, intOf(node, 'count_include_pad', 0) === 1);
    for (let at = 0; at < sums.length; at++)
      sums[at] = (sums[at] as number) / (counts[at % counts.length] as number);
    return [ndArray(x.dtype, pooled(x, axes), sums)];
  },
  LpPool: (inputs, node) => {
    const [x, axes] = given(inputs, node);
    const p = intOf(node, 'p', 2);
    const sums = summed(x, axes, (value) => Math.abs(value) ** p);
    return [
      ndArray(
        x.dtype,
        pooled(x, axes),
        sums.map((sum) => sum ** (1 / p)),
      ),
    ];
  },
  GlobalAveragePool: (inputs, node) =>
    overall(inputs, node, (plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length),
  GlobalMaxPool: (inputs, node) =>
    overall(inputs, node, (plane) => plane.reduce((a, b) => Math.max(a, b))),
  GlobalLpPool: (inputs, node) => {
    const p = intOf(node, 'p', 2);
    const norm = (plane: Float64Array) =>
      plane.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p);
    return overall(inputs, node, norm);
  },
};

function given(inputs: readonly (NdArray | undefined)[], node: OpNode) {
  const [x] = inputs;
  if (x === undefined) refuse(node, 'it lacks its data');
  return [x, poolingAxes(node, x.shape)] as const;
}

function pooled(x: NdArray, axes: readonly WindowAxis[]): readonly number[] {
  return [...x.shape.slice(0, 2), ...axes.map(({ output }) => output)];
}

/** Calls `row` with the flat offsets of each row of positions and of the elements under a tap. */
function eachRow(
  { shape }: NdArray,
  axes: readonly WindowAxis[],
  row: (output: number, input: number, tap: Tap) => void,
): void {
  const taps = tapsOf(axes);
  const planes = (shape[0] ?? 0) * (shape[1] ?? 0);
  const outputs = elementCount(axes.map(({ output }) => output));
  const inputs = elementCount(axes.map(({ input }) => input));
  for (let plane = 0; plane < planes; plane++)
    for (const tap of taps)
      for (let r = 0; r < tap.output.length; r++)
        row(
          plane * outputs + (tap.output[r] as number),
          plane * inputs + (tap.input[r] as number),
          tap,
        );
}

/** The largest element under each window, the first of equal ones, and where it is. */
function maximum(x: NdArray, axes: readonly WindowAxis[]) {
  const count = elementCount(pooled(x, axes));
  const values = new Float64Array(count).fill(-Infinity);
  const from = new Float64Array(count);
  eachRow(x, axes, (output, input, { length, step }) => {
    for (let i = 0; i < length; i++) {
      const value = x.data[input + i * step] as number;
      if (value <= (values[output + i] as number)) continue;
      values[output + i] = value;
      from[output + i] = input + i * step;
    }
  });
  return { values, from };
}

function summed(x: NdArray, axes: readonly WindowAxis[], of: (value: number) => number) {
  const sums = new Float64Array(elementCount(pooled(x, axes)));
  eachRow(x, axes, (output, input, { length, step }) => {
    for (let i = 0; i < length; i++)
      sums[output + i] = (sums[output + i] as number) + of(x.data[input + i * step] as number);
  });
  return sums;
}

/**
 * By how many elements the average of each window is taken.
 *
 * @param padded - padding counts as elements; what ceil_mode adds behind it never does.
 * @returns one number for each position of the window, row-major.
 */
export function windowCounts(axes: readonly WindowAxis[], padded: boolean): Float64Array {
  let counts = Float64Array.of(1);
  for (const axis of axes) {
    const along = Array.from({ length: axis.output }, (_, at) => elementsAt(axis, at, padded));
    counts = Float64Array.from(
      Array.from(counts).flatMap((count) => along.map((other) => count * other)),
    );
  }
  return counts;
}

function elementsAt(axis: WindowAxis, at: number, padded: boolean): number {
  const first = at * axis.stride - axis.begin;
  const behind = padded ? axis.input + axis.end : axis.input;
  let count = 0;
  for (let tap = first; tap < first + windowExtent(axis); tap += axis.dilation)
    if (tap < behind && (padded || tap >= 0)) count += 1;
  return count;
}

/** The same element's index where planes are stored column by column. */
function byColumns(index: number, shape: readonly number[]): number {
  const spatial = shape.slice(2);
  const plane = elementCount(spatial);
  const rest = index % plane;
  const strides = stridesOf(spatial);
  const turned = stridesOf(spatial.toReversed()).toReversed();
  const within = strides.reduce(
    (sum, stride, axis) =>
      sum + (Math.floor(rest / stride) % (spatial[axis] ?? 1)) * (turned[axis] ?? 1),
    0,
  );
  return index - rest + within;
}

function overall(
  [x]: readonly (NdArray | undefined)[],
  node: OpNode,
  of: (plane: Float64Array) => number,
): readonly NdArray[] {
  if (x === undefined || x.shape.length < 3) refuse(node, 'it lacks data with spatial axes');
  const shape = x.shape.map((extent, axis) => (axis < 2 ? extent : 1));
  const size = elementCount(x.shape.slice(2));
  const values = Float64Array.from({ length: elementCount(shape) }, (_, at) =>
    of(x.data.subarray(at * size, (at + 1) * size)),
  );
  return [ndArray(x.dtype, shape, values)];
}
