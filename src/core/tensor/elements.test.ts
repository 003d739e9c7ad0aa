import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../dtype.ts';
import { decodeElements, unitBytes } from './elements.ts';

/** SHA-256 over the values as f64, NaN in one form. */
function digest(values: Float64Array): string {
  const plain = values.map((value) => (Number.isNaN(value) ? NaN : value));
  const words = new BigUint64Array(plain.buffer);
  plain.forEach((value, i) => {
    if (Number.isNaN(value)) words[i] = 0x7ff8000000000000n;
  });
  return createHash('sha256').update(new Uint8Array(plain.buffer)).digest('hex');
}

const all8 = Uint8Array.from({ length: 256 }, (_, code) => code);
const all16 = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, code) => code).buffer);

function valueOf(dtype: Dtype, code: number): number {
  return decodeElements(dtype, Uint8Array.of(code))[0] ?? NaN;
}

describe('decoding of elements', () => {
  // Made with NumPy 2.4: np.arange(65536, dtype='<u2').view('<f2').astype('<f8'), bf16 by way of
  // (codes << 16).view('<f4'); every NaN replaced by 0x7ff8000000000000.
  it.each([
    ['f16', 'ecc18b9b372011f0402dc5e75578328f4b1582c725748617e1451a3ccc7981a5'],
    ['bf16', '6a00f29e7303e153fd9ec155cefb51fd665981aa463226c50006bc72f6739520'],
  ] as const)('reads each of the 65,536 codes of %s as NumPy does', (dtype, expected) => {
    expect(digest(decodeElements(dtype, all16))).toBe(expected);
  });

  // OCP OFP8 1.0, table 2; FNUZ: ONNX "Float stored in 8 bits", table of extreme values.
  it.each([
    { dtype: 'f8e4m3fn', max: [0x7e, 448], normal: [0x08, 2 ** -6], least: 2 ** -9 },
    { dtype: 'f8e5m2', max: [0x7b, 57344], normal: [0x04, 2 ** -14], least: 2 ** -16 },
    { dtype: 'f8e4m3fnuz', max: [0x7f, 240], normal: [0x08, 2 ** -7], least: 2 ** -10 },
    { dtype: 'f8e5m2fnuz', max: [0x7f, 57344], normal: [0x04, 2 ** -15], least: 2 ** -17 },
  ] as const)('$dtype has the published extremes', ({ dtype, max, normal, least }) => {
    expect(valueOf(dtype, max[0])).toBe(max[1]);
    expect(valueOf(dtype, max[0] | 0x80)).toBe(-max[1]);
    expect(valueOf(dtype, normal[0])).toBe(normal[1]);
    expect(valueOf(dtype, 1)).toBe(least);
  });

  it('knows which codes are NaN, infinite and minus zero', () => {
    const nan = (dtype: Dtype) =>
      [...decodeElements(dtype, all8)].flatMap((value, code) =>
        Number.isNaN(value) ? [code] : [],
      );
    const infinite = (dtype: Dtype) =>
      [...decodeElements(dtype, all8)].flatMap((v, code) =>
        Math.abs(v) === Infinity ? [code] : [],
      );
    expect(nan('f8e4m3fn')).toEqual([0x7f, 0xff]);
    expect(nan('f8e5m2')).toEqual([0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff]);
    expect(nan('f8e4m3fnuz')).toEqual([0x80]);
    expect(nan('f8e5m2fnuz')).toEqual([0x80]);
    expect(nan('f8e8m0')).toEqual([0xff]);
    expect(infinite('f8e5m2')).toEqual([0x7c, 0xfc]);
    for (const dtype of ['f8e4m3fn', 'f8e4m3fnuz', 'f8e5m2fnuz', 'f8e8m0'] as const)
      expect(infinite(dtype)).toEqual([]);
    expect(Object.is(valueOf('f8e4m3fn', 0x80), -0)).toBe(true);
  });

  it('reads the block-scale type as powers of two', () => {
    expect([0, 127, 128, 254].map((code) => valueOf('f8e8m0', code))).toEqual([
      2 ** -127,
      1,
      2,
      2 ** 127,
    ]);
  });

  // OCP Microscaling Formats 1.0, tables of E2M1, E2M3 and E3M2.
  it('reads every value of the 4-bit float and the extremes of the 6-bit ones', () => {
    const codes = Uint8Array.of(0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe);
    expect([...decodeElements('f4e2m1', codes)]).toEqual([
      0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6,
    ]);
    const sixes = (...codes6: number[]) => {
      const packed = codes6.reduce((sum, code, i) => sum | (code << (6 * i)), 0);
      return Uint8Array.of(packed, packed >>> 8, packed >>> 16);
    };
    expect([...decodeElements('f6e2m3', sixes(1, 8, 31, 63))]).toEqual([0.125, 1, 7.5, -7.5]);
    expect([...decodeElements('f6e3m2', sixes(1, 4, 31, 63))]).toEqual([0.0625, 0.25, 28, -28]);
  });

  it('unpacks small integers from the low bits up, with their signs', () => {
    expect([...decodeElements('i4', Uint8Array.of(0x8f, 0x71))]).toEqual([-1, -8, 1, 7]);
    expect([...decodeElements('u4', Uint8Array.of(0x8f))]).toEqual([15, 8]);
    expect([...decodeElements('i2', Uint8Array.of(0b11_10_01_00))]).toEqual([0, 1, -2, -1]);
    expect([...decodeElements('u2', Uint8Array.of(0b11_10_01_00))]).toEqual([0, 1, 2, 3]);
  });

  it('agrees with DataView for every plain type, at any offset', () => {
    const readers = {
      f64: [8, (view: DataView, at: number) => view.getFloat64(at, true)],
      c128: [8, (view: DataView, at: number) => view.getFloat64(at, true)],
      f32: [4, (view: DataView, at: number) => view.getFloat32(at, true)],
      c64: [4, (view: DataView, at: number) => view.getFloat32(at, true)],
      i64: [8, (view: DataView, at: number) => Number(view.getBigInt64(at, true))],
      u64: [8, (view: DataView, at: number) => Number(view.getBigUint64(at, true))],
      i32: [4, (view: DataView, at: number) => view.getInt32(at, true)],
      u32: [4, (view: DataView, at: number) => view.getUint32(at, true)],
      i16: [2, (view: DataView, at: number) => view.getInt16(at, true)],
      u16: [2, (view: DataView, at: number) => view.getUint16(at, true)],
      i8: [1, (view: DataView, at: number) => view.getInt8(at)],
      u8: [1, (view: DataView, at: number) => view.getUint8(at)],
      bool: [1, (view: DataView, at: number) => (view.getUint8(at) === 0 ? 0 : 1)],
    } as const;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (whole, offset) => {
        const bytes = whole.subarray(Math.min(offset, whole.length));
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (const [dtype, [size, read]] of Object.entries(readers)) {
          const expected = Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
            read(view, i * size),
          );
          expect(unitBytes(dtype as Dtype)).toBe(size);
          expect([...decodeElements(dtype as Dtype, bytes)]).toEqual(expected);
        }
      }),
    );
  });
});
