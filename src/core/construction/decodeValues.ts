import type { Dtype } from '../dtype.ts';

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

interface ElementReader {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** The dtypes whose values are looked at; tensors of others are only compared byte for byte. */
const readers: Readonly<Partial<Record<Dtype, ElementReader>>> = {
  f64: { bytes: 8, read: (view, at) => Math.fround(view.getFloat64(at, true)) },
  f32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f16: { bytes: 2, read: (view, at) => halfTable()[view.getUint16(at, true)] ?? NaN },
  bf16: {
    bytes: 2,
    read: (view, at) => {
      bits[0] = view.getUint16(at, true) * 65536;
      return float[0] ?? NaN;
    },
  },
  f8e4m3fn: { bytes: 1, read: (view, at) => smallFloat(view.getUint8(at), 4, 3) },
  f8e5m2: { bytes: 1, read: (view, at) => smallFloat(view.getUint8(at), 5, 2) },
  i8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  u16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  i32: { bytes: 4, read: (view, at) => Math.fround(view.getInt32(at, true)) },
};

/** Bytes of one element of a dtype whose values are looked at; undefined for others. */
export function decodedBytes(dtype: Dtype): number | undefined {
  return readers[dtype]?.bytes;
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
    for (let i = 0; i < count; i++) values[i] = table[codes[i] as number] as number;
  } else if (dtype === 'i8') {
    values.set(new Int8Array(bytes.buffer, start, count));
  } else if (dtype === 'u8') {
    values.set(bytes.subarray(from, from + count));
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const reader = readers[dtype];
    for (let i = 0; i < count; i++) {
      values[i] = reader?.read(view, from + i * reader.bytes) ?? NaN;
    }
  }
  return values;
}
