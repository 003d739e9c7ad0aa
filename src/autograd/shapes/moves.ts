import { elementCount } from '../../core/dtype.ts';
import type { OpNode } from '../../core/network/network.ts';
import { ndArray, stridesOf, type Kernel, type NdArray } from '../evaluate/ndArray.ts';
import type { Known, ShapeRule } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';

/** What an operator that only moves elements does to its first input. */
export interface Moved {
  readonly shape: readonly number[];
  /**
   * For each element of the output the place of the input's element, −1 for zero; absent where the
   * order stays.
   */
  readonly from?: () => Int32Array;
}

/** One description of a moving operator, from which its shape rule and its kernel are both made. */
export type Move = (inputs: readonly (Known | undefined)[], node: OpNode, opset: number) => Moved;

/** The shape rules of moving operators. */
export function moveShapeRules(moves: Readonly<Record<string, Move>>): Record<string, ShapeRule> {
  return Object.fromEntries(
    Object.entries(moves).map(([op, move]): [string, ShapeRule] => [
      op,
      (inputs, node, opset) => [
        { dtype: inputAt(inputs, 0, node).dtype, shape: move(inputs, node, opset).shape },
      ],
    ]),
  );
}

/** The kernels of moving operators. */
export function moveKernels(moves: Readonly<Record<string, Move>>): Record<string, Kernel> {
  return Object.fromEntries(
    Object.entries(moves).map(([op, move]): [string, Kernel] => [
      op,
      (inputs, node, opset) => {
        const moved = move(inputs.map(knownOf), node, opset);
        return [takeFrom(inputAt(inputs, 0, node), moved)];
      },
    ]),
  );
}

/** An evaluated value as one that is known while a graph is built. */
export function knownOf(value: NdArray | undefined): Known | undefined {
  return value && { dtype: value.dtype, shape: value.shape, value };
}

export function takeFrom(source: NdArray, { shape, from }: Moved): NdArray {
  if (from === undefined) return ndArray(source.dtype, shape, source.data);
  const places = from();
  const data = new Float64Array(places.length);
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? -1;
    data[at] = place < 0 ? 0 : (source.data[place] ?? NaN);
  }
  return ndArray(source.dtype, shape, data);
}

/** Places of a view: element `i` of `shape` is at `offset` + Σ iₖ · strides[k]. */
export function strided(
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Int32Array {
  return placesOf(shape, (position) =>
    position.reduce((place, index, axis) => place + index * (strides[axis] ?? 0), offset),
  );
}

/** Calls `place` with the position of each element of `shape`, row-major; the array is reused. */
export function placesOf(
  shape: readonly number[],
  place: (position: readonly number[]) => number,
): Int32Array {
  const places = new Int32Array(elementCount(shape));
  const position = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < places.length; at++) {
    places[at] = place(position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      position[axis] = next < (shape[axis] ?? 1) ? next : 0;
      if (next < (shape[axis] ?? 1)) break;
    }
  }
  return places;
}

/** Row-major place of a position. */
export function placeAt(shape: readonly number[], position: readonly number[]): number {
  const strides = stridesOf(shape);
  return position.reduce((place, index, axis) => place + index * (strides[axis] ?? 0), 0);
}
