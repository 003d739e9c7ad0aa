import { elementCount } from '../../../core/dtype.ts';
import { ndArray, type NdArray } from '../ndArray.ts';

/**
 * Resampling along one axis: output `o` is the sum of `weights[o][i]` times element `from[o][i]` of the
 * input. An output that lies outside the input has no terms.
 */
export interface AxisMap {
  readonly input: number;
  readonly output: number;
  readonly from: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

/** The map that takes each output from one element; undefined is outside. */
export function picking(input: number, picks: readonly (number | undefined)[]): AxisMap {
  return {
    input,
    output: picks.length,
    from: picks.map((pick) => (pick === undefined ? [] : [pick])),
    weights: picks.map((pick) => (pick === undefined ? [] : [1])),
  };
}

/** Whether the map changes nothing. */
export function isIdentity({ input, output, from, weights }: AxisMap): boolean {
  return (
    input === output &&
    from.every((terms, at) => terms.length === 1 && terms[0] === at && weights[at]?.[0] === 1)
  );
}

/** The factor by which a map repeats each element, one after the other; undefined where it does not. */
export function repetitionOf({ input, output, from, weights }: AxisMap): number | undefined {
  const factor = output / input;
  const repeats =
    Number.isInteger(factor) &&
    from.every(
      (terms, at) =>
        terms.length === 1 && terms[0] === Math.floor(at / factor) && weights[at]?.[0] === 1,
    );
  return repeats ? factor : undefined;
}

/** The map as a matrix [output, input], row-major. */
export function matrixOf({ input, output, from, weights }: AxisMap): Float64Array {
  const matrix = new Float64Array(output * input);
  from.forEach((terms, row) => {
    terms.forEach((column, at) => {
      const cell = row * input + column;
      matrix[cell] = (matrix[cell] as number) + (weights[row]?.[at] ?? 0);
    });
  });
  return matrix;
}

/**
 * Resamples along each axis in turn.
 *
 * @param maps - one for each axis of `x`.
 * @param fill - value of elements that lie outside along any axis.
 */
export function resampled(x: NdArray, maps: readonly AxisMap[], fill: number): NdArray {
  let { data } = x;
  const shape = [...x.shape];
  maps.forEach((map, axis) => {
    if (isIdentity(map)) return;
    data = alongAxis(data, shape, axis, map);
    shape[axis] = map.output;
  });
  if (data === x.data) data = x.data.slice();
  if (fill !== 0) fillOutside(data, shape, maps, fill);
  return ndArray(x.dtype, shape, data);
}

function alongAxis(
  data: Float64Array,
  shape: readonly number[],
  axis: number,
  { output, from, weights }: AxisMap,
): Float64Array {
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const input = shape[axis] ?? 1;
  const result = new Float64Array(outer * output * inner);
  for (let block = 0; block < outer; block++)
    for (let row = 0; row < output; row++) {
      const to = (block * output + row) * inner;
      from[row]?.forEach((source, term) => {
        const at = (block * input + source) * inner;
        const weight = weights[row]?.[term] as number;
        for (let i = 0; i < inner; i++)
          result[to + i] = (result[to + i] as number) + weight * (data[at + i] as number);
      });
    }
  return result;
}

function fillOutside(
  data: Float64Array,
  shape: readonly number[],
  maps: readonly AxisMap[],
  fill: number,
): void {
  maps.forEach(({ from, output }, axis) => {
    const inner = elementCount(shape.slice(axis + 1));
    from.forEach((terms, row) => {
      if (terms.length > 0) return;
      for (let at = row * inner; at < data.length; at += output * inner)
        data.fill(fill, at, at + inner);
    });
  });
}
