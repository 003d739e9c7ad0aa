import { elementCount } from '../../../core/dtype.ts';
import { textOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { inputAt } from '../../nodeInputs.ts';
import { oneHotType } from '../../shapes/indexing.ts';
import { elementPlaces, indexingMoves, tuplePlaces } from '../../shapes/indexingMoves.ts';
import { knownOf, moveKernels, placesOf } from '../../shapes/moves.ts';
import { unsupported } from '../../unsupported.ts';
import { ndArray, type Kernel, type NdArray } from '../ndArray.ts';

const scatterElements: Kernel = (inputs, node) => {
  const [data, indices, updates] = [0, 1, 2].map((at) => inputAt(inputs, at, node)) as Three;
  const places = elementPlaces(data.shape, knownOf(indices) ?? data, node);
  return [put(data, places, updates.data, node)];
};

type Three = [NdArray, NdArray, NdArray];

/** Operators that take or put elements by indices. */
export const indexingKernels: Readonly<Record<string, Kernel>> = {
  ...moveKernels(indexingMoves),
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  ScatterND: (inputs, node) => {
    const [data, indices, updates] = [0, 1, 2].map((at) => inputAt(inputs, at, node)) as Three;
    const rows = tuplePlaces(data.shape, knownOf(indices) ?? data, 0, node);
    const post = elementCount(data.shape.slice(indices.shape.at(-1) ?? 0));
    const places = placesOf([rows.length, post], ([row = 0, c = 0]) => (rows[row] ?? 0) + c);
    return [put(data, places, updates.data, node)];
  },
  OneHot: (inputs, node) => {
    const [indices, , values] = [0, 1, 2].map((at) => inputAt(inputs, at, node)) as Three;
    const { type, axis, depth } = oneHotType(inputs.map(knownOf), node);
    const [off = 0, on = 1] = values.data;
    const data = new Float64Array(elementCount(type.shape)).fill(off);
    const post = elementCount(indices.shape.slice(axis));
    for (const [at, index] of indices.data.entries()) {
      const front = index < 0 ? index + depth : index;
      if (front < 0 || front >= depth) continue;
      data[(Math.floor(at / post) * depth + front) * post + (at % post)] = on;
    }
    return [ndArray(type.dtype, type.shape, data)];
  },
};

/** How an update meets what is there. Source: ONNX ScatterElements-18, `reduction`. */
const reductions: Readonly<Record<string, (there: number, update: number) => number>> = {
  none: (_there, update) => update,
  add: (there, update) => there + update,
  mul: (there, update) => there * update,
  max: Math.max,
  min: Math.min,
};

function put(data: NdArray, places: Int32Array, updates: Float64Array, node: OpNode): NdArray {
  const reduction = textOf(node, 'reduction', 'none');
  const combine = reductions[reduction];
  if (combine === undefined) throw unsupported(node, `the reduction ${reduction}`);
  const made = data.data.slice();
  for (const [at, place] of places.entries())
    made[place] = combine(made[place] ?? 0, updates[at] ?? 0);
  return ndArray(data.dtype, data.shape, made);
}
