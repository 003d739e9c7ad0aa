import type { Dtype } from '../../core/dtype.ts';

/** Dtypes by their name in a safetensors header. Source: safetensors `Dtype`, version 0.6. */
export const dtypeByName: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['F64', 'f64'],
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['F8_E4M3', 'f8e4m3fn'],
  ['F8_E4M3FNUZ', 'f8e4m3fnuz'],
  ['F8_E5M2', 'f8e5m2'],
  ['F8_E5M2FNUZ', 'f8e5m2fnuz'],
  ['F8_E8M0', 'f8e8m0'],
  ['F6_E2M3', 'f6e2m3'],
  ['F6_E3M2', 'f6e3m2'],
  ['F4', 'f4e2m1'],
  ['I64', 'i64'],
  ['I32', 'i32'],
  ['I16', 'i16'],
  ['I8', 'i8'],
  ['U64', 'u64'],
  ['U32', 'u32'],
  ['U16', 'u16'],
  ['U8', 'u8'],
  ['BOOL', 'bool'],
  ['C64', 'c64'],
]);

/** Names of dtypes in a safetensors header; a dtype that is not in it cannot be written. */
export const nameByDtype: ReadonlyMap<Dtype, string> = new Map(
  [...dtypeByName].map(([name, dtype]) => [dtype, name]),
);
