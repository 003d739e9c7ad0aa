import type { Dtype } from '../dtype.ts';

/** dtypes whose values are looked at; tensors of others are only compared byte for byte. */
const decoded: ReadonlySet<Dtype> = new Set<Dtype>([
  'f64', 'f32', 'f16', 'bf16', 'f8e4m3fn', 'f8e5m2', 'i8', 'u8', 'i16', 'u16', 'i32',
]); // prettier-ignore

export function isDecoded(dtype: Dtype): boolean {
  return decoded.has(dtype);
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** Value of a small float with `exponentBits` and `mantissaBits`, of IEEE 754 layout. */
export function smallFloat(code: number, exponentBits: number, mantissaBits: number): number {
  const sign = code >> (exponentBits + mantissaBits) ? -1 : 1;
  const exponent = (code >> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = code & (2 ** mantissaBits - 1);
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
  // f8e4m3fn spends its top exponent on numbers; only all ones is NaN.
  const finiteTop = exponentBits === 4;
  if (exponent === 2 ** exponentBits - 1 && (!finiteTop || mantissa === 2 ** mantissaBits - 1)) {
    return mantissa === 0 && !finiteTop ? sign * Infinity : NaN;
  }
  return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

let halves: Float32Array | undefined;

function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, code) => smallFloat(code, 5, 10));
  return halves;
}

/** The element at byte `at`, little-endian, rounded to float32; NaN if `dtype` is not decoded. */
export function valueAt(view: DataView, at: number, dtype: Dtype): number {
  switch (dtype) {
    case 'f32':
      return view.getFloat32(at, true);
    case 'f64':
      return Math.fround(view.getFloat64(at, true));
    case 'f16':
      return halfTable()[view.getUint16(at, true)] ?? NaN;
    case 'bf16':
      bits[0] = view.getUint16(at, true) * 65536;
      return float[0] ?? NaN;
    default:
      return smallValueAt(view, at, dtype);
  }
}

function smallValueAt(view: DataView, at: number, dtype: Dtype): number {
  switch (dtype) {
    case 'i8':
      return view.getInt8(at);
    case 'u8':
      return view.getUint8(at);
    case 'i16':
      return view.getInt16(at, true);
    case 'u16':
      return view.getUint16(at, true);
    case 'i32':
      return Math.fround(view.getInt32(at, true));
    case 'f8e4m3fn':
      return smallFloat(view.getUint8(at), 4, 3);
    case 'f8e5m2':
      return smallFloat(view.getUint8(at), 5, 2);
    default:
      return NaN;
  }
}

/**
 * Elements of `bytes` from byte `from`, as float32, into `out`; the bytes are little-endian, as is
 * every machine a browser runs on.
 *
 * @returns `out`, or for f32 a view of `bytes` itself, valid as long as they are.
 */
export function decodeValues(
  bytes: Uint8Array,
  from: number,
  count: number,
  dtype: Dtype,
  out: Float32Array,
): Float32Array {
  const start = bytes.byteOffset + from;
  if (dtype === 'f32' && start % 4 === 0) return new Float32Array(bytes.buffer, start, count);
  const values = out.subarray(0, count);
  if (dtype === 'f16' && start % 2 === 0) {
    const table = halfTable();
    const codes = new Uint16Array(bytes.buffer, start, count);
    for (let i = 0; i < count; i++) values[i] = table[codes[i] ?? 0] ?? NaN;
  } else if (dtype === 'i8') {
    values.set(new Int8Array(bytes.buffer, start, count));
  } else if (dtype === 'u8') {
    values.set(bytes.subarray(from, from + count));
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const step = elementBytes[dtype] ?? 1;
    for (let i = 0; i < count; i++) values[i] = valueAt(view, from + i * step, dtype);
  }
  return values;
}

/** Bytes of one element of the decoded dtypes. */
export const elementBytes: Readonly<Partial<Record<Dtype, number>>> = {
  f64: 8, f32: 4, f16: 2, bf16: 2, f8e4m3fn: 1, f8e5m2: 1, i8: 1, u8: 1, i16: 2, u16: 2, i32: 4,
}; // prettier-ignore
