import { dtypeBits } from '../dtype.ts';
import type { Dtype } from '../dtype.ts';
import { floatTable } from './miniFloats.ts';
import type { TabledFloat } from './miniFloats.ts';

/**
 * Bytes that hold whole elements, the fewest there are: 3 for types of six bits, 1 for smaller ones.
 * A complex number counts as its two parts, so 4 for `c64`. 1 for `string`, which has no numbers.
 */
export function unitBytes(dtype: Dtype): number {
  const bits = dtypeBits[dtype];
  if (dtype === 'c64' || dtype === 'c128') return bits / 16;
  return bits === 6 ? 3 : Math.max(1, bits / 8);
}

/** Numbers in `unitBytes(dtype)` bytes. */
export function unitNumbers(dtype: Dtype): number {
  const bits = dtypeBits[dtype];
  return bits === 0 ? 0 : bits >= 8 ? 1 : (unitBytes(dtype) * 8) / bits;
}

/**
 * The numbers in `bytes`, little-endian, elements under a byte packed from the lowest bits up.
 *
 * Exact for all types but 64-bit integers, which are rounded to nearest even as `Number(bigint)` is.
 * Bools are 0 and 1, complex numbers real part and imaginary part in turn, NaN loses its payload.
 * A last byte that is padded gives the padding too. `bytes` may begin at any offset.
 *
 * Source: ONNX `TensorProto` (packing of 2- and 4-bit types), safetensors format.
 *
 * @param bytes - a multiple of `unitBytes(dtype)`; bytes over are left out.
 * @returns a new array.
 */
export function decodeElements(dtype: Dtype, bytes: Uint8Array): Float64Array {
  return decoders[dtype](bytes);
}

const tabled =
  (dtype: TabledFloat) =>
  (bytes: Uint8Array): Float64Array => {
    const table = floatTable(dtype);
    return codesOf(bytes, dtypeBits[dtype]).map((code) => table[code] as number);
  };
const doubles = (bytes: Uint8Array) => new Float64Array(aligned(bytes, 8));
const singles = (bytes: Uint8Array) => {
  const { buffer, byteOffset, length } = bytes;
  // Read where they lie, if they can be: weights are the most of what is ever decoded.
  if (byteOffset % 4 === 0)
    return new Float64Array(new Float32Array(buffer, byteOffset, Math.floor(length / 4)));
  return new Float64Array(new Float32Array(aligned(bytes, 4)));
};
const unsigned = (bits: number) => (bytes: Uint8Array) => codesOf(bytes, bits);
const signed = (bits: number) => (bytes: Uint8Array) => {
  const half = 2 ** (bits - 1);
  return codesOf(bytes, bits).map((code) => (code >= half ? code - 2 * half : code));
};

const decoders: Readonly<Record<Dtype, (bytes: Uint8Array) => Float64Array>> = {
  f64: doubles,
  c128: doubles,
  f32: singles,
  c64: singles,
  bf16: bfloats,
  f16: tabled('f16'),
  f8e4m3fn: tabled('f8e4m3fn'),
  f8e4m3fnuz: tabled('f8e4m3fnuz'),
  f8e5m2: tabled('f8e5m2'),
  f8e5m2fnuz: tabled('f8e5m2fnuz'),
  f8e8m0: tabled('f8e8m0'),
  f6e2m3: tabled('f6e2m3'),
  f6e3m2: tabled('f6e3m2'),
  f4e2m1: tabled('f4e2m1'),
  i64: (bytes) => wideIntegers(bytes, true),
  i32: signed(32),
  i16: signed(16),
  i8: signed(8),
  i4: signed(4),
  i2: signed(2),
  u64: (bytes) => wideIntegers(bytes, false),
  u32: unsigned(32),
  u16: unsigned(16),
  u8: unsigned(8),
  u4: unsigned(4),
  u2: unsigned(2),
  bool: (bytes) => new Float64Array(bytes).map((byte) => (byte === 0 ? 0 : 1)),
  string: () => new Float64Array(0),
};

function wideIntegers(bytes: Uint8Array, negative: boolean): Float64Array {
  const words = new Uint32Array(aligned(bytes, 8));
  const numbers = new Float64Array(words.length / 2);
  for (let i = 0; i < numbers.length; i++) {
    const high = words[2 * i + 1] as number;
    // The high half times 2^32 is exact, so the sum is rounded once.
    numbers[i] = (negative ? high | 0 : high) * 2 ** 32 + (words[2 * i] as number);
  }
  return numbers;
}

function bfloats(bytes: Uint8Array): Float64Array {
  const words = new Uint32Array(new Uint16Array(aligned(bytes, 2))).map((code) => code << 16);
  return new Float64Array(new Float32Array(words.buffer));
}

/** The unsigned numbers of `bits` bits, 2 to 32. */
function codesOf(bytes: Uint8Array, bits: number): Float64Array {
  if (bits === 32) return new Float64Array(new Uint32Array(aligned(bytes, 4)));
  if (bits === 16) return new Float64Array(new Uint16Array(aligned(bytes, 2)));
  if (bits === 8) return new Float64Array(bytes);
  const unit = bits === 6 ? 3 : 1;
  const inUnit = (unit * 8) / bits;
  const codes = new Float64Array(Math.floor(bytes.length / unit) * inUnit);
  for (let from = 0, to = 0; to < codes.length; from += unit) {
    let packed = bytes[from] as number;
    if (unit === 3)
      packed |= ((bytes[from + 1] as number) << 8) | ((bytes[from + 2] as number) << 16);
    for (let k = 0; k < inUnit; k++, packed >>>= bits) codes[to++] = packed & ((1 << bits) - 1);
  }
  return codes;
}

/** A copy of the whole elements, in a buffer of its own, which a typed array may view. */
function aligned(bytes: Uint8Array, elementBytes: number): ArrayBuffer {
  const whole = new Uint8Array(bytes.length - (bytes.length % elementBytes));
  whole.set(bytes.subarray(0, whole.length));
  return whole.buffer;
}
