import { floatOf, intOf, textOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { elementCount } from '../../../core/dtype.ts';
import { broadcastShape, broadcastTo, mapped, mappedPairs } from '../broadcast.ts';
import { wrapped } from '../integers.ts';
import { stridesOf, type Kernel, type NdArray } from '../ndArray.ts';
import { activationKernels } from './activations.ts';
import { einsum } from './einsum.ts';
import { refuse } from '../../unsupported.ts';
import { inputAt } from '../../nodeInputs.ts';

/** The array with its axes in another order: axis `i` of the result is axis `order[i]`. */
export function transposed(array: NdArray, order: readonly number[]): NdArray {
  const strides = stridesOf(array.shape);
  const shape = order.map((axis) => array.shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const data = new Float64Array(array.data.length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let at = 0; at < data.length; at++) {
    data[at] = array.data[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      from += steps[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= next * (steps[axis] as number);
    }
  }
  return { dtype: array.dtype, shape, data };
}

/** The last two axes exchanged. */
function flipped(array: NdArray): NdArray {
  const rank = array.shape.length;
  if (rank < 2) return array;
  const order = array.shape.map((_, axis) => axis);
  return transposed(array, [...order.slice(0, -2), rank - 1, rank - 2]);
}

/** [m, k] by [k, n], read at offsets of larger arrays, added up in `to`. */
function multiply(
  a: Float64Array,
  b: Float64Array,
  to: Float64Array,
  [m, k, n]: readonly [number, number, number],
): void {
  for (let row = 0; row < m; row++)
    for (let inner = 0; inner < k; inner++) {
      const left = a[row * k + inner] as number;
      for (let column = 0; column < n; column++)
        to[row * n + column] =
          (to[row * n + column] as number) + left * (b[inner * n + column] as number);
    }
}

/**
 * NumPy's matmul: vectors are a row on the left and a column on the right, leading axes broadcast.
 *
 * @throws LineageError `network-unsupported` where the inner extents differ.
 */
export function matMul(a: NdArray, b: NdArray, node: OpNode): NdArray {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m = 1, k = 1] = left.slice(-2);
  const n = right.at(-1) ?? 1;
  if (k !== right.at(-2) || left.length < 2)
    refuse(node, `[${a.shape.join(', ')}] by [${b.shape.join(', ')}] do not fit`);
  const batch = broadcastShape([left.slice(0, -2), right.slice(0, -2)], node.op);
  const lefts = broadcastTo({ ...a, shape: left }, [...batch, m, k]);
  const rights = broadcastTo({ ...b, shape: right }, [...batch, k, n]);
  const data = new Float64Array(elementCount(batch) * m * n);
  for (let at = 0; at < elementCount(batch); at++)
    multiply(
      lefts.subarray(at * m * k, (at + 1) * m * k),
      rights.subarray(at * k * n, (at + 1) * k * n),
      data.subarray(at * m * n, (at + 1) * m * n),
      [m, k, n],
    );
  const rows = a.shape.length === 1 ? [] : [m];
  const shape = [...batch, ...rows, ...(b.shape.length === 1 ? [] : [n])];
  return { dtype: a.dtype, shape, data: data.map((value) => wrapped(a.dtype, value)) };
}

const gemm: Kernel = (inputs, node) => {
  const a = inputAt(inputs, 0, node);
  const b = inputAt(inputs, 1, node);
  const [, , c] = inputs;
  const left = intOf(node, 'transA', 0) === 1 ? flipped(a) : a;
  const right = intOf(node, 'transB', 0) === 1 ? flipped(b) : b;
  const alpha = floatOf(node, 'alpha', 1);
  const beta = floatOf(node, 'beta', 1);
  const product = mapped(matMul(left, right, node), (value) => alpha * value);
  return [c === undefined ? product : mappedPairs(product, c, (x, y) => x + beta * y)];
};

/** com.microsoft: MatMul with transposed inputs and a factor. */
const fusedMatMul: Kernel = (inputs, node) => {
  const [a, b] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  if (intOf(node, 'transBatchA', 0) === 1 || intOf(node, 'transBatchB', 0) === 1)
    refuse(node, 'transBatchA and transBatchB are not supported');
  const left = intOf(node, 'transA', 0) === 1 ? flipped(a) : a;
  const right = intOf(node, 'transB', 0) === 1 ? flipped(b) : b;
  const alpha = floatOf(node, 'alpha', 1);
  return [mapped(matMul(left, right, node), (value) => alpha * value)];
};

/** com.microsoft: Gemm and an activation. */
const fusedGemm: Kernel = (inputs, node, opset) => {
  const made = gemm(inputs, node, opset);
  const activation = fusedActivation(node);
  if (activation === undefined) return made;
  const kernel = activationKernels[activation.op];
  if (kernel === undefined) return refuse(node, `the activation ${activation.op} is not known`);
  return kernel(made, activation, opset);
};

/** The activation inside a fused node as a node of its own, without inputs; undefined for none. */
export function fusedActivation(node: OpNode): OpNode | undefined {
  const op = textOf(node, 'activation', '');
  if (op === '') return undefined;
  const named = Object.entries(node.attributes).flatMap(([name, value]) =>
    /^activation_(alpha|beta|gamma)$/.test(name)
      ? [[name.slice('activation_'.length), value] as const]
      : [],
  );
  return { op, name: node.name, inputs: [], outputs: [], attributes: Object.fromEntries(named) };
}

/** MatMul, Gemm, Einsum. Source: onnx/docs/Operators.md, ContribOperators.md. */
export const linearKernels: Readonly<Record<string, Kernel>> = {
  MatMul: (inputs, node) => [matMul(inputAt(inputs, 0, node), inputAt(inputs, 1, node), node)],
  Gemm: gemm,
  Einsum: einsum,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.FusedGemm': fusedGemm,
};
