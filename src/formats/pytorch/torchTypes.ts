import type { Dtype } from '../../core/dtype.ts';

/** Element types of the typed storages, by class. Source: torch/storage.py, `_dtype_to_storage_type_map`. */
const storageClasses: Readonly<Record<string, Dtype>> = {
  DoubleStorage: 'f64',
  FloatStorage: 'f32',
  HalfStorage: 'f16',
  BFloat16Storage: 'bf16',
  LongStorage: 'i64',
  IntStorage: 'i32',
  ShortStorage: 'i16',
  CharStorage: 'i8',
  ByteStorage: 'u8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'c64',
  ComplexDoubleStorage: 'c128',
  QInt8Storage: 'i8',
  QUInt8Storage: 'u8',
  QInt32Storage: 'i32',
};

const torchDtypes: Readonly<Record<string, Dtype>> = {
  float64: 'f64',
  double: 'f64',
  float32: 'f32',
  float: 'f32',
  float16: 'f16',
  half: 'f16',
  bfloat16: 'bf16',
  float8_e4m3fn: 'f8e4m3fn',
  float8_e4m3fnuz: 'f8e4m3fnuz',
  float8_e5m2: 'f8e5m2',
  float8_e5m2fnuz: 'f8e5m2fnuz',
  float8_e8m0fnu: 'f8e8m0',
  int64: 'i64',
  long: 'i64',
  int32: 'i32',
  int: 'i32',
  int16: 'i16',
  short: 'i16',
  int8: 'i8',
  uint64: 'u64',
  uint32: 'u32',
  uint16: 'u16',
  uint8: 'u8',
  bool: 'bool',
  complex64: 'c64',
  cfloat: 'c64',
  complex128: 'c128',
  cdouble: 'c128',
  qint8: 'i8',
  quint8: 'u8',
  qint32: 'i32',
};

/** What a storage class holds; undefined for a name that is none. */
export interface StorageClass {
  readonly dtype: Dtype;
  readonly untyped: boolean;
}

/** The storage class of that full name: `torch.FloatStorage`, `torch.cuda.HalfStorage`. */
export function storageClass(name: string): StorageClass | undefined {
  if (name === 'torch.storage.UntypedStorage' || name === 'torch.UntypedStorage')
    return { dtype: 'u8', untyped: true };
  const short = /^torch\.(?:cuda\.|sparse\.)?([A-Za-z0-9]+Storage)$/.exec(name)?.[1];
  const dtype = short === undefined ? undefined : own(storageClasses, short);
  return dtype === undefined ? undefined : { dtype, untyped: false };
}

/** The dtype of that full name: `torch.bfloat16`. */
export function torchDtype(name: string): Dtype | undefined {
  return name.startsWith('torch.') ? own(torchDtypes, name.slice(6)) : undefined;
}

/** An own member, so that a name such as `constructor` finds nothing. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
