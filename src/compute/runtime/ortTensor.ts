import type { Tensor } from 'onnxruntime-web/wasm';
import type { Dtype } from '../../core/dtype.ts';
import type { Literal } from '../../core/network/network.ts';

type OrtType = Tensor.Type;

/** ONNX Runtime's names. Types without one cannot be fed. */
const ortTypes: Partial<Record<Dtype, OrtType>> = {
  f32: 'float32', f64: 'float64', f16: 'float16', i64: 'int64', i32: 'int32', i16: 'int16', i8: 'int8',
  u64: 'uint64', u32: 'uint32', u16: 'uint16', u8: 'uint8', bool: 'bool',
}; // prettier-ignore

const dtypes = new Map(Object.entries(ortTypes).map(([dtype, type]) => [type, dtype as Dtype]));

type View = new (
  buffer: ArrayBuffer,
  offset: number,
  length: number,
) => ArrayBufferView<ArrayBuffer>;

const views: Partial<Record<OrtType, View>> = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, int64: BigInt64Array,
  int32: Int32Array, int16: Int16Array, int8: Int8Array, uint64: BigUint64Array, uint32: Uint32Array,
  uint16: Uint16Array, uint8: Uint8Array, bool: Uint8Array,
}; // prettier-ignore

const widths: Partial<Record<OrtType, number>> = {
  float32: 4, float64: 8, float16: 2, int64: 8, int32: 4, int16: 2, int8: 1, uint64: 8, uint32: 4,
  uint16: 2, uint8: 1, bool: 1,
}; // prettier-ignore

/**
 * A tensor of ONNX Runtime over the same bytes; copied only where they do not begin at a multiple of the
 * element's size.
 */
export function ortTensor(ort: { readonly Tensor: typeof Tensor }, tensor: Literal): Tensor {
  const type = ortType(tensor.dtype);
  const view = views[type] ?? Uint8Array;
  const width = widths[type] ?? 1;
  const bytes = tensor.bytes.byteOffset % width === 0 ? tensor.bytes : tensor.bytes.slice();
  const data = new view(bytes.buffer, bytes.byteOffset, bytes.byteLength / width);
  return new ort.Tensor(type, data as never, tensor.shape);
}

/** @throws Error for a type that the runtime cannot be fed with: a bug, as networks of it are refused. */
export function ortType(dtype: Dtype): OrtType {
  const type = ortTypes[dtype];
  if (type === undefined) throw new Error(`ONNX Runtime for the web has no tensors of ${dtype}`);
  return type;
}

export function dtypeOfOrt(type: OrtType): Dtype {
  const dtype = dtypes.get(type);
  if (dtype === undefined) throw new Error(`no dtype for ONNX Runtime's ${type}`);
  return dtype;
}

/** A copy of the values of a tensor in JavaScript's memory. */
export function literalOf(tensor: Tensor): Literal {
  const data = tensor.data as ArrayBufferView<ArrayBuffer>;
  return {
    dtype: dtypeOfOrt(tensor.type),
    shape: [...tensor.dims],
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
  };
}
