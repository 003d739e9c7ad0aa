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

/** Numbers as another dtype: floats stay as they are, integers are cut towards zero and wrap. */
export function cast(input: NdArray, to: Dtype): NdArray {
  return ndArray(to, input.shape, input.data.map(converter(to)));
}

function converter(to: Dtype): (value: number) => number {
  switch (to) {
    case 'bool':
      return (value) => (value === 0 ? 0 : 1);
    case 'i8':
      return (value) => (value << 24) >> 24;
    case 'u8':
      return (value) => value & 255;
    case 'i16':
      return (value) => (value << 16) >> 16;
    case 'u16':
      return (value) => value & 65535;
    case 'i32':
      return (value) => value | 0;
    case 'u32':
      return (value) => value >>> 0;
    case 'i64':
    case 'u64':
      return (value) => Math.trunc(value) + 0;
    default:
      return (value) => value;
  }
}
