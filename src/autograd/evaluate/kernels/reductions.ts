import { intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { elementCount } from '../../../core/dtype.ts';
import { axisOf, reducedAxes, reducedShape } from '../../axes.ts';
import { broadcastTo } from '../broadcast.ts';
import { wrapped } from '../integers.ts';
import type { Kernel, NdArray } from '../ndArray.ts';
import { inputAt } from '../../nodeInputs.ts';

/** For each element of an array of `shape` the place in the reduced array that it goes to. */
export function reducedPlaces(shape: readonly number[], axes: readonly number[]): Float64Array {
  const kept = reducedShape(shape, axes, true);
  const data = Float64Array.from({ length: elementCount(kept) }, (_, at) => at);
  return broadcastTo({ dtype: 'i64', shape: kept, data }, shape);
}

/** Gives the number of a group from its elements. */
type Summary = (values: readonly number[]) => number;

/** An array of the summaries of all groups of elements that differ in `axes` only. */
export function summarised(
  array: NdArray,
  axes: readonly number[],
  keep: boolean,
  summary: Summary,
): NdArray {
  const shape = reducedShape(array.shape, axes, keep);
  const groups = Array.from({ length: elementCount(shape) }, (): number[] => []);
  for (const [at, place] of reducedPlaces(array.shape, axes).entries())
    groups[place]?.push(array.data[at] as number);
  const data = Float64Array.from(groups, (group) => wrapped(array.dtype, summary(group)));
  return { dtype: array.dtype, shape, data };
}

function reduction(summary: Summary): Kernel {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const axes = reducedAxes(node, x.shape.length, inputs[1]?.data);
    // Without any axes each element is a group of its own, as in ONNX Runtime: |x| for ReduceL1.
    return [summarised(x, axes, intOf(node, 'keepdims', 1) === 1, summary)];
  };
}

const sum: Summary = (values) => values.reduce((total, value) => total + value, 0);
const highest: Summary = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
const lowest: Summary = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const squares: Summary = (values) => values.reduce((total, value) => total + value * value, 0);
const logSumExp: Summary = (values) => {
  const most = highest(values);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(sum(values.map((value) => Math.exp(value - most))));
};

/** The place of the extreme value of each group; the first of equal ones, or the last on request. */
function extremePlace(better: (a: number, b: number) => boolean): Kernel {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length, node);
    const last = intOf(node, 'select_last_index', 0) === 1;
    const place: Summary = (values) => {
      let best = 0;
      for (const [at, value] of values.entries())
        if (better(value, values[best] as number) || (last && value === values[best])) best = at;
      return best;
    };
    const keep = intOf(node, 'keepdims', 1) === 1;
    // The group has the order of the axis, so a place in it is an index along the axis.
    const indices = summarised({ ...x, dtype: 'i64' }, [axis], keep, place);
    return [indices];
  };
}

/** Calls `each` with the places of the elements of every line along an axis. */
function alongAxis(
  shape: readonly number[],
  axis: number,
  each: (places: readonly number[], line: number) => void,
): void {
  const lines = Array.from(
    { length: elementCount(reducedShape(shape, [axis], true)) },
    (): number[] => [],
  );
  for (const [at, line] of reducedPlaces(shape, [axis]).entries()) lines[line]?.push(at);
  for (const [line, places] of lines.entries()) each(places, line);
}

const cumSum: Kernel = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(inputAt(inputs, 1, node).data[0] as number, x.shape.length, node);
  const exclusive = intOf(node, 'exclusive', 0) === 1;
  const reverse = intOf(node, 'reverse', 0) === 1;
  const data = new Float64Array(x.data.length);
  alongAxis(x.shape, axis, (places) => {
    let total = 0;
    for (const at of reverse ? places.toReversed() : places) {
      const value = x.data[at] as number;
      data[at] = wrapped(x.dtype, exclusive ? total : total + value);
      total += value;
    }
  });
  return [{ ...x, data }];
};

/** Values and int64 indices; of equal values the lower index comes first. */
const topK: Kernel = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const count = countOf(inputs, node);
  const axis = axisOf(intOf(node, 'axis', -1), x.shape.length, node);
  const sign = intOf(node, 'largest', 1) === 1 ? -1 : 1;
  const shape = x.shape.with(axis, count);
  const values = new Float64Array(elementCount(shape));
  const indices = new Float64Array(values.length);
  const targets: (readonly number[])[] = [];
  alongAxis(shape, axis, (places) => void targets.push(places));
  alongAxis(x.shape, axis, (places, line) => {
    const order = places
      .map((at, index) => ({ value: x.data[at] as number, index }))
      .sort((a, b) => sign * (a.value - b.value) || a.index - b.index);
    for (const [rank, at] of (targets[line] ?? []).entries()) {
      const found = order[rank] as { value: number; index: number };
      values[at] = found.value;
      indices[at] = found.index;
    }
  });
  return [
    { dtype: x.dtype, shape, data: values },
    { dtype: 'i64', shape, data: indices },
  ];
};

function countOf(inputs: Parameters<Kernel>[0], node: OpNode): number {
  return inputs[1]?.data[0] ?? intOf(node, 'k', 1);
}

/** Reduce*, ArgMax, CumSum, TopK. Source: onnx/docs/Operators.md. */
export const reductionsKernels: Readonly<Record<string, Kernel>> = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction((values) => sum(values) / values.length),
  ReduceMax: reduction(highest),
  ReduceMin: reduction(lowest),
  ReduceProd: reduction((values) => values.reduce((a, b) => a * b, 1)),
  ReduceL1: reduction((values) => sum(values.map(Math.abs))),
  ReduceL2: reduction((values) => Math.sqrt(squares(values))),
  ReduceSumSquare: reduction(squares),
  ReduceLogSum: reduction((values) => Math.log(sum(values))),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: extremePlace((a, b) => a > b),
  ArgMin: extremePlace((a, b) => a < b),
  CumSum: cumSum,
  TopK: topK,
};
