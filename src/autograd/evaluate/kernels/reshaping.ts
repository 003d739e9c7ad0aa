import { elementCount, type Dtype } from '../../../core/dtype.ts';
import { intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { dtypeAttribute } from '../../onnxDataTypes.ts';
import { frontAxis, inputAt } from '../../nodeInputs.ts';
import { knownOf, moveKernels, strided, takeFrom } from '../../shapes/moves.ts';
import { reshapingMoves } from '../../shapes/reshapingMoves.ts';
import { concatType, splitSizes } from '../../shapes/reshaping.ts';
import { ndArray, stridesOf, type Kernel, type NdArray } from '../ndArray.ts';

/** Views and moves: Reshape, Transpose, Concat, Split, Expand, Tile, …. */
export const reshapingKernels: Readonly<Record<string, Kernel>> = {
  ...moveKernels(reshapingMoves),
  Cast: (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    return [cast(input, dtypeAttribute(node, 'to', input.dtype))];
  },
  CastLike: (inputs, node) => [cast(inputAt(inputs, 0, node), inputAt(inputs, 1, node).dtype)],
  Concat: (inputs, node) => [
    concat(
      inputs.map((_, at) => inputAt(inputs, at, node)),
      node,
    ),
  ],
  Split: (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    const { axis, sizes } = splitSizes(inputs.map(knownOf), node);
    const strides = stridesOf(input.shape);
    let start = 0;
    return sizes.map((size) => {
      const shape = input.shape.with(axis, size);
      const offset = start * (strides[axis] ?? 0);
      start += size;
      return takeFrom(input, { shape, from: () => strided(shape, strides, offset) });
    });
  },
};

function concat(inputs: readonly NdArray[], node: OpNode): NdArray {
  const { dtype, shape } = concatType(inputs, node);
  const axis = frontAxis(intOf(node, 'axis', 1), shape.length, node);
  const rows = elementCount(shape.slice(0, axis));
  const data = new Float64Array(elementCount(shape));
  const width = elementCount(shape.slice(axis));
  let offset = 0;
  for (const input of inputs) {
    const part = elementCount(input.shape.slice(axis));
    for (let row = 0; row < rows; row++)
      data.set(input.data.subarray(row * part, (row + 1) * part), row * width + offset);
    offset += part;
  }
  return ndArray(dtype, shape, data);
}

/** How a number becomes one of a dtype; floats are not rounded here. */
const converters: Partial<Record<Dtype, (value: number) => number>> = {
  bool: (value) => (value === 0 ? 0 : 1),
  i8: (value) => (value << 24) >> 24,
  u8: (value) => value & 255,
  i16: (value) => (value << 16) >> 16,
  u16: (value) => value & 65535,
  i32: (value) => value | 0,
  u32: (value) => value >>> 0,
  i64: (value) => Math.trunc(value) + 0,
  u64: (value) => Math.trunc(value) + 0,
};

/** Numbers as another dtype: floats stay as they are, integers are cut towards zero and wrap. */
export function cast(input: NdArray, to: Dtype): NdArray {
  const convert = converters[to];
  return ndArray(to, input.shape, convert === undefined ? input.data : input.data.map(convert));
}
