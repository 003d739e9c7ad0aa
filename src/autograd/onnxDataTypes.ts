import type { Dtype } from '../core/dtype.ts';
import { intOf } from '../core/network/attributes.ts';
import type { OpNode } from '../core/network/network.ts';
import { unsupported } from './unsupported.ts';

/** Source: onnx/onnx.proto, TensorProto.DataType. */
const codes: Partial<Record<Dtype, number>> = {
  f32: 1, u8: 2, i8: 3, u16: 4, i16: 5, i32: 6, i64: 7, string: 8, bool: 9, f16: 10, f64: 11,
  u32: 12, u64: 13, c64: 14, c128: 15, bf16: 16, u4: 21, i4: 22,
}; // prettier-ignore

const dtypes = new Map(Object.entries(codes).map(([dtype, code]) => [code, dtype as Dtype]));

/** ONNX's number for a dtype, as attributes such as `to` give it. */
export function codeOfDtype(dtype: Dtype): number {
  const code = codes[dtype];
  if (code === undefined) throw new Error(`no ONNX data type for ${dtype}`);
  return code;
}

/**
 * The dtype that attribute `name` gives, or `fallback` where the node has none.
 *
 * @throws LineageError `network-unsupported` for a number that stands for no dtype.
 */
export function dtypeAttribute(node: OpNode, name: string, fallback: Dtype): Dtype {
  const code = intOf(node, name, codeOfDtype(fallback));
  const dtype = dtypes.get(code);
  if (dtype === undefined) throw unsupported(node, `it asks for data type ${code}`);
  return dtype;
}
