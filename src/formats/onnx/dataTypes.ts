import type { Dtype } from '../../core/dtype.ts';

/**
 * Element types by their code in `TensorProto.DataType`; 0 is undefined.
 *
 * Source: onnx/onnx.proto, IR version 13.
 */
export const dataTypes: readonly (Dtype | undefined)[] = [
  undefined, 'f32', 'u8', 'i8', 'u16', 'i16', 'i32', 'i64', 'string', 'bool', 'f16', 'f64', 'u32',
  'u64', 'c64', 'c128', 'bf16', 'f8e4m3fn', 'f8e4m3fnuz', 'f8e5m2', 'f8e5m2fnuz', 'u4', 'i4',
  'f4e2m1', 'f8e8m0', 'u2', 'i2',
]; // prettier-ignore

/** A typed field of TensorProto: its number, and what one value of it holds. */
export interface TypedField {
  readonly field: number;
  readonly name: string;
  readonly kind: 'varint' | 'float' | 'double';
}

const floatData: TypedField = { field: 4, name: 'float_data', kind: 'float' };
const int32Data: TypedField = { field: 5, name: 'int32_data', kind: 'varint' };
const int64Data: TypedField = { field: 7, name: 'int64_data', kind: 'varint' };
const doubleData: TypedField = { field: 10, name: 'double_data', kind: 'double' };
const uint64Data: TypedField = { field: 11, name: 'uint64_data', kind: 'varint' };

/** The typed fields by number, for error messages. */
export const typedFieldNames: ReadonlyMap<number, string> = new Map(
  [floatData, int32Data, int64Data, doubleData, uint64Data].map((each) => [each.field, each.name]),
);

/**
 * The typed field that holds values of `dtype`, where they are not raw. Complex numbers are two
 * values each; elements under a byte are packed, a byte to a value. Source: comments of onnx.proto.
 */
export function typedFieldOf(dtype: Dtype): TypedField {
  if (dtype === 'f32' || dtype === 'c64') return floatData;
  if (dtype === 'f64' || dtype === 'c128') return doubleData;
  if (dtype === 'i64') return int64Data;
  if (dtype === 'u64' || dtype === 'u32') return uint64Data;
  return int32Data;
}
