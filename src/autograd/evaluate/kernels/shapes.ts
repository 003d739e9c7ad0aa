import { elementCount } from '../../../core/dtype.ts';
import { floatsOf, intOf, intsOf, tensorOf } from '../../../core/network/attributes.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { inputAt } from '../../nodeInputs.ts';
import { dtypeAttribute } from '../../onnxDataTypes.ts';
import { fillOf } from '../../shapes/shapes.ts';
import { unsupported } from '../../unsupported.ts';
import { ndArray, ndArrayOf, stridesOf, type Kernel, type NdArray } from '../ndArray.ts';

/** Shapes as values and constants: Shape, Range, ConstantOfShape, …. */
export const shapesKernels: Readonly<Record<string, Kernel>> = {
  Shape: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const part = shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));
    return [ndArray('i64', [part.length], part)];
  },
  Size: (inputs, node) => [ndArray('i64', [], [elementCount(inputAt(inputs, 0, node).shape)])],
  Constant: (_inputs, node) => [constantOf(node)],
  ConstantOfShape: (inputs, node) => {
    const shape = Array.from(inputAt(inputs, 0, node).data);
    const { dtype, tensor } = fillOf(node);
    const fill = tensor === undefined ? 0 : (numbersOf(tensor)[0] ?? 0);
    return [ndArray(dtype, shape, new Float64Array(elementCount(shape)).fill(fill))];
  },
  Range: (inputs, node) => {
    const [start, limit, delta] = [0, 1, 2].map((at) => inputAt(inputs, at, node).data[0] ?? 0);
    const [from, step] = [start ?? 0, delta ?? 1];
    const count = Math.max(0, Math.ceil(((limit ?? 0) - from) / step));
    const { dtype } = inputAt(inputs, 0, node);
    return [
      ndArray(
        dtype,
        [count],
        Array.from({ length: count }, (_, at) => from + at * step),
      ),
    ];
  },
  NonZero: (inputs, node) => [nonZero(inputAt(inputs, 0, node))],
  EyeLike: (inputs, node) => {
    const { dtype, shape } = inputAt(inputs, 0, node);
    const [rows, columns] = [shape[0] ?? 1, shape[1] ?? 1];
    const k = intOf(node, 'k', 0);
    const data = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++)
      if (row + k >= 0 && row + k < columns) data[row * columns + row + k] = 1;
    return [ndArray(dtypeAttribute(node, 'dtype', dtype), shape, data)];
  },
};

/** The value of a Constant in whichever attribute it is. */
function constantOf(node: OpNode): NdArray {
  const tensor = tensorOf(node, 'value');
  if (tensor !== undefined) return ndArrayOf(tensor);
  const { value_float: float, value_int: int } = node.attributes;
  if (float?.is === 'float') return ndArray('f32', [], [float.value]);
  if (int?.is === 'int') return ndArray('i64', [], [int.value]);
  const floats = floatsOf(node, 'value_floats');
  if (floats !== undefined) return ndArray('f32', [floats.length], floats);
  const ints = intsOf(node, 'value_ints');
  if (ints !== undefined) return ndArray('i64', [ints.length], ints);
  throw unsupported(node, 'a constant that is text, sparse or empty');
}

function nonZero({ data, shape }: NdArray): NdArray {
  const strides = stridesOf(shape);
  const places = [...data.keys()].filter((at) => data[at] !== 0);
  const rows = shape.map((extent, axis) =>
    places.map((place) => Math.floor(place / (strides[axis] ?? 1)) % extent),
  );
  return ndArray('i64', [shape.length, places.length], rows.flat());
}
