import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLineageError } from '../core/lineageError.ts';
import { deflateRaw, inflateRaw, rawInflater } from './rawDeflate.ts';

const someBytes = fc.uint8Array({ maxLength: 3000 });

describe('raw deflate', () => {
  it('writes what zlib reads and reads what zlib writes', () => {
    fc.assert(
      fc.property(someBytes, fc.integer({ min: 1, max: 9 }), (bytes, level) => {
        expect(new Uint8Array(inflateRawSync(deflateRaw(bytes, level)))).toEqual(bytes);
        const packed = deflateRawSync(bytes, { level });
        expect(inflateRaw(packed, { limitBytes: bytes.length })).toEqual(bytes);
      }),
    );
  });

  it('gives the same output however the input is cut', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7);
    const packed = deflateRaw(bytes);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: packed.length }), (size) => {
        const pieces: Uint8Array[] = [];
        const inflater = rawInflater(bytes.length, (piece) => pieces.push(piece));
        for (let at = 0; at < packed.length; at += size) {
          const slice = packed.subarray(at, at + size);
          expect(inflater.push(slice)).toBe(slice.length);
        }
        inflater.end();
        expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('stops a bomb at the limit', () => {
    const bomb = deflateRaw(new Uint8Array(50_000_000), 9);
    expect(bomb.length).toBeLessThan(60_000);
    let kept = 0;
    const inflater = rawInflater(100_000, (piece) => (kept += piece.length));
    expect(() => inflater.push(bomb)).toThrow(/more than 100000 bytes/);
    expect(kept).toBeLessThanOrEqual(100_000);
  });

  it('accepts an output of exactly the limit and refuses one byte more', () => {
    const packed = deflateRaw(new Uint8Array(70_000));
    expect(inflateRaw(packed, { limitBytes: 70_000 })).toHaveLength(70_000);
    expect(() => inflateRaw(packed, { limitBytes: 69_999 })).toThrow(/codec-invalid/);
  });

  it('refuses every cut-off stream', () => {
    const packed = deflateRaw(new TextEncoder().encode('tensor '.repeat(40)));
    for (let length = 0; length < packed.length; length++)
      expect(() => inflateRaw(packed.subarray(0, length), { limitBytes: 1000 })).toThrow(
        /codec-invalid/,
      );
  });

  it('refuses trailing bytes unless asked to leave them', () => {
    const packed = new Uint8Array([...deflateRaw(new Uint8Array(10)), 1, 2, 3]);
    expect(() => inflateRaw(packed, { limitBytes: 10 })).toThrow(/3 bytes follow/);
    expect(inflateRaw(packed, { limitBytes: 10, trailing: true })).toEqual(new Uint8Array(10));
    const inflater = rawInflater(10, () => undefined);
    expect(inflater.push(packed)).toBe(packed.length - 3);
    expect(inflater.ended()).toBe(true);
    expect(inflater.push(packed)).toBe(0);
  });

  it('answers damage with codec-invalid or with other bytes within the limit', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        try {
          expect(inflateRaw(bytes, { limitBytes: 5000 }).length).toBeLessThanOrEqual(5000);
        } catch (error) {
          expect(isLineageError(error, 'codec-invalid')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
