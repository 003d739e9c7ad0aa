import { elementCount } from '../../core/dtype.ts';
import { intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { stridesOf } from '../evaluate/ndArray.ts';
import type { Known } from '../known.ts';
import { frontAxis, inputAt, settledNumbers } from '../nodeInputs.ts';
import { unsupported } from '../unsupported.ts';
import { placeAt, placesOf, type Move } from './moves.ts';

/**
 * Operators that take elements by indices. Negative indices count from the end.
 *
 * Source: ONNX operators Gather-13, GatherElements-13, GatherND-13, Compress-11, ReverseSequence-10.
 */
export const indexingMoves: Readonly<Record<string, Move>> = {
  Gather: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const indices = inputAt(inputs, 1, node);
    const axis = frontAxis(intOf(node, 'axis', 0), shape.length, node);
    const extent = shape[axis] ?? 1;
    const post = elementCount(shape.slice(axis + 1));
    return {
      shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)],
      from: () => {
        const rows = frontIndices(indices, node).map((index) => within(index, extent, node));
        const pre = elementCount(shape.slice(0, axis));
        return placesOf([pre, rows.length, post], ([a = 0, row = 0, c = 0]) => {
          return (a * extent + (rows[row] ?? 0)) * post + c;
        });
      },
    };
  },
  GatherElements: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const indices = inputAt(inputs, 1, node);
    return { shape: indices.shape, from: () => elementPlaces(shape, indices, node) };
  },
  GatherND: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const indices = inputAt(inputs, 1, node);
    const batch = intOf(node, 'batch_dims', 0);
    const depth = batch + (indices.shape.at(-1) ?? 0);
    return {
      shape: [...indices.shape.slice(0, -1), ...shape.slice(depth)],
      from: () => {
        const rows = tuplePlaces(shape, indices, batch, node);
        const post = elementCount(shape.slice(depth));
        return placesOf([rows.length, post], ([row = 0, c = 0]) => (rows[row] ?? 0) + c);
      },
    };
  },
  Compress: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const chosen = (settledNumbers(inputs, 1, node) ?? []).flatMap((on, at) => (on ? [at] : []));
    if (node.attributes['axis'] === undefined)
      return { shape: [chosen.length], from: () => Int32Array.from(chosen) };
    const axis = frontAxis(intOf(node, 'axis', 0), shape.length, node);
    const made = shape.with(axis, chosen.length);
    return {
      shape: made,
      from: () =>
        placesOf(made, (position) =>
          placeAt(shape, position.with(axis, chosen[position[axis] ?? 0] ?? 0)),
        ),
    };
  },
  ReverseSequence: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const lengths = inputAt(inputs, 1, node);
    const [time, batch] = [intOf(node, 'time_axis', 0), intOf(node, 'batch_axis', 1)];
    return {
      shape,
      from: () =>
        placesOf(shape, (position) => {
          const length = lengths.value?.data[position[batch] ?? 0] ?? 0;
          const at = position[time] ?? 0;
          return placeAt(shape, position.with(time, at < length ? length - 1 - at : at));
        }),
    };
  },
};

function frontIndices(indices: Known, node: OpNode): readonly number[] {
  return settledNumbers([indices], 0, node) ?? [];
}

function within(index: number, extent: number, node: OpNode): number {
  const front = index < 0 ? index + extent : index;
  if (front < 0 || front >= extent) throw unsupported(node, `index ${index} of ${extent} elements`);
  return front;
}

/** For each element of `indices` the place in `shape` that GatherElements and ScatterElements mean. */
export function elementPlaces(shape: readonly number[], indices: Known, node: OpNode): Int32Array {
  const axis = frontAxis(intOf(node, 'axis', 0), shape.length, node);
  const numbers = frontIndices(indices, node);
  const strides = stridesOf(shape);
  let at = 0;
  return placesOf(indices.shape, (position) => {
    const index = within(numbers[at++] ?? 0, shape[axis] ?? 1, node);
    return position.reduce(
      (place, each, along) => place + (along === axis ? index : each) * (strides[along] ?? 0),
      0,
    );
  });
}

/** For each tuple of `indices` the first place in `shape` that GatherND and ScatterND mean. */
export function tuplePlaces(
  shape: readonly number[],
  indices: Known,
  batchAxes: number,
  node: OpNode,
): Int32Array {
  const numbers = frontIndices(indices, node);
  const strides = stridesOf(shape);
  const depth = indices.shape.at(-1) ?? 0;
  let at = 0;
  return placesOf(indices.shape.slice(0, -1), (position) => {
    let place = 0;
    for (let axis = 0; axis < batchAxes; axis++)
      place += (position[axis] ?? 0) * (strides[axis] ?? 0);
    for (let axis = batchAxes; axis < batchAxes + depth; axis++)
      place += within(numbers[at++] ?? 0, shape[axis] ?? 1, node) * (strides[axis] ?? 0);
    return place;
  });
}
