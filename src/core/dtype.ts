/**
 * Element types of tensors, in one spelling for all formats.
 *
 * Source: ONNX `TensorProto.DataType` (onnx/onnx.proto), safetensors `Dtype`, PyTorch `torch.dtype`.
 */
export type Dtype =
  | 'f64' | 'f32' | 'f16' | 'bf16'
  | 'f8e4m3fn' | 'f8e4m3fnuz' | 'f8e5m2' | 'f8e5m2fnuz' | 'f8e8m0'
  | 'f6e2m3' | 'f6e3m2' | 'f4e2m1'
  | 'i64' | 'i32' | 'i16' | 'i8' | 'i4' | 'i2'
  | 'u64' | 'u32' | 'u16' | 'u8' | 'u4' | 'u2'
  | 'bool' | 'c64' | 'c128' | 'string'; // prettier-ignore

/** Bits of one element; 0 for `string`, whose elements have no fixed size. */
export const dtypeBits: Readonly<Record<Dtype, number>> = {
  f64: 64, f32: 32, f16: 16, bf16: 16,
  f8e4m3fn: 8, f8e4m3fnuz: 8, f8e5m2: 8, f8e5m2fnuz: 8, f8e8m0: 8,
  f6e2m3: 6, f6e3m2: 6, f4e2m1: 4,
  i64: 64, i32: 32, i16: 16, i8: 8, i4: 4, i2: 2,
  u64: 64, u32: 32, u16: 16, u8: 8, u4: 4, u2: 2,
  bool: 8, c64: 64, c128: 128, string: 0,
}; // prettier-ignore

/** Number of elements of `shape`; 1 for a scalar. Exact up to 2^53, otherwise not a safe integer. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Bytes of a contiguous tensor; elements under a byte are packed, the last byte padded. */
export function tensorBytes(dtype: Dtype, shape: readonly number[]): number {
  return Math.ceil((elementCount(shape) * dtypeBits[dtype]) / 8);
}

export function isFloat(dtype: Dtype): boolean {
  return dtype.startsWith('f') || dtype === 'bf16';
}
