import type { OpNode } from '../../../core/network/network.ts';
import { inputAt } from '../../nodeInputs.ts';
import { alongAxis, codeDtype, codeRange } from '../../shapes/quantisation.ts';
import { unsupported } from '../../unsupported.ts';
import { broadcastTo } from '../broadcast.ts';
import { ndArray, type Kernel, type NdArray } from '../ndArray.ts';
import { convolutionKernels } from './convolution.ts';
import { linearKernels } from './linear.ts';

type Inputs = readonly (NdArray | undefined)[];

/** Quantised values and integer products. Source: ONNX QuantizeLinear-13 and its companions. */
export const quantisationKernels: Readonly<Record<string, Kernel>> = {
  QuantizeLinear: (inputs, node) => [quantised(inputs, node)],
  DequantizeLinear: (inputs, node) => [dequantised(inputs, node)],
  DynamicQuantizeLinear: (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const least = x.data.reduce((most, value) => Math.min(most, value), 0);
    const greatest = x.data.reduce((most, value) => Math.max(most, value), 0);
    const scale = (greatest - least) / 255;
    const zero = ndArray('u8', [], [scale === 0 ? 0 : clamp(halfToEven(-least / scale), 0, 255)]);
    const scales = ndArray('f32', [], [scale]);
    return [
      quantised([x, scale === 0 ? ndArray('f32', [], [1]) : scales, zero], node),
      scales,
      zero,
    ];
  },
  MatMulInteger: (inputs, node, opset) => [
    integerProduct(
      linearKernels['MatMul'],
      centred(inputs, [0, 1], [2, 3], node, true),
      node,
      opset,
    ),
  ],
  ConvInteger: (inputs, node, opset) => [
    integerProduct(
      convolutionKernels['Conv'],
      centred(inputs, [0, 1], [2, 3], node, false),
      node,
      opset,
    ),
  ],
  QLinearMatMul: (inputs, node, opset) => [
    linear(linearKernels['MatMul'], inputs, node, opset, true),
  ],
  QLinearConv: (inputs, node, opset) => [
    linear(convolutionKernels['Conv'], inputs, node, opset, false),
  ],
};

/** The nearest whole number, the even one of two. */
export function halfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function clamp(x: number, least: number, greatest: number): number {
  return Math.min(greatest, Math.max(least, x));
}

/** A scale or zero point for each element of `x`. */
function perElement(
  x: NdArray,
  value: NdArray | undefined,
  node: OpNode,
): Float64Array | undefined {
  if (value === undefined) return undefined;
  const shape = alongAxis(x.shape, value.shape, node);
  return broadcastTo({ ...value, shape }, x.shape);
}

function quantised(inputs: Inputs, node: OpNode): NdArray {
  const x = inputAt(inputs, 0, node);
  const scale = perElement(x, inputAt(inputs, 1, node), node) ?? x.data;
  const zero = perElement(x, inputs[2], node);
  const dtype = codeDtype(inputs, node);
  const [least, greatest] = codeRange(dtype, node);
  return ndArray(
    dtype,
    x.shape,
    x.data.map((value, at) =>
      clamp(halfToEven(value / (scale[at] ?? 1)) + (zero?.[at] ?? 0), least, greatest),
    ),
  );
}

function dequantised(inputs: Inputs, node: OpNode): NdArray {
  const x = inputAt(inputs, 0, node);
  const scales = inputAt(inputs, 1, node);
  const scale = perElement(x, scales, node) ?? x.data;
  const zero = perElement(x, inputs[2], node);
  const data = x.data.map((value, at) => (value - (zero?.[at] ?? 0)) * (scale[at] ?? 1));
  return ndArray(scales.dtype, x.shape, data);
}

/** Two inputs less their zero points; a vector is per row of the first, per column of the second. */
function centred(
  inputs: Inputs,
  values: readonly [number, number],
  zeros: readonly [number, number],
  node: OpNode,
  matrix: boolean,
): readonly [NdArray, NdArray] {
  const less = (which: 0 | 1): NdArray => {
    const x = inputAt(inputs, values[which], node);
    const zero = inputs[zeros[which]];
    if (zero === undefined) return { ...x, dtype: 'i32' };
    const shape = perSlice(x.shape, zero.shape, which, matrix);
    const wide = broadcastTo({ ...zero, shape }, x.shape);
    return { ...x, dtype: 'i32', data: x.data.map((value, at) => value - (wide[at] ?? 0)) };
  };
  return [less(0), less(1)];
}

/** Where a vector of parameters goes: rows of a left matrix, columns of a right one, filters. */
function perSlice(
  shape: readonly number[],
  parameter: readonly number[],
  which: 0 | 1,
  matrix: boolean,
): readonly number[] {
  if (parameter.length === 0 || parameter[0] === 1) return shape.map(() => 1);
  const axis = matrix ? shape.length - (which === 0 ? 2 : 1) : 0;
  return shape.map((_, at) => (at === axis ? (parameter[0] ?? 1) : 1));
}

function integerProduct(
  kernel: Kernel | undefined,
  inputs: readonly NdArray[],
  node: OpNode,
  opset: number,
): NdArray {
  const [made] = kernel?.(inputs, node, opset) ?? [];
  if (made === undefined) throw unsupported(node, 'it is not known here');
  return ndArray(
    'i32',
    made.shape,
    made.data.map((value) => value | 0),
  );
}

/** Inputs: a, its scale and zero, b, its scale and zero, the result's scale and zero, perhaps a bias. */
function linear(
  kernel: Kernel | undefined,
  inputs: Inputs,
  node: OpNode,
  opset: number,
  matrix: boolean,
): NdArray {
  const pair = centred(inputs, [0, 3], [2, 5], node, matrix);
  const bias = matrix ? undefined : inputs[8];
  const whole = integerProduct(kernel, bias === undefined ? pair : [...pair, bias], node, opset);
  const a = inputAt(inputs, 1, node);
  const b = inputAt(inputs, 4, node);
  const channel = whole.shape.map((_, at) => at === (matrix ? whole.shape.length - 1 : 1));
  const factors = broadcastTo(
    { ...b, shape: channel.map((on) => (on ? b.data.length : 1)) },
    whole.shape,
  );
  const real = whole.data.map((value, at) => value * (a.data[0] ?? 1) * (factors[at] ?? 1));
  const [scale, zero] = [inputAt(inputs, 6, node), inputAt(inputs, 7, node)];
  return quantised([ndArray('f32', whole.shape, real), scale, zero], node);
}
