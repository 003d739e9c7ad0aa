import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import { gunzip, isGzip } from './gunzip.ts';

const text = new TextEncoder().encode('five plain words, five plain words');

describe('gunzip', () => {
  test('gives back what zlib packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const packed = gzipSync(bytes);
        expect(isGzip(packed)).toBe(true);
        expect(gunzip(packed, 3000)).toEqual(new Uint8Array(bytes));
      }),
    );
    const large = new Uint8Array(300_000).map((_, i) => (i * i) >> 7);
    expect(gunzip(gzipSync(large), 300_000)).toEqual(large);
  });

  test('joins the members of a file', () => {
    const two = Buffer.concat([gzipSync(text), gzipSync(text)]);
    expect(gunzip(two, 1000)).toEqual(new Uint8Array(Buffer.concat([text, text])));
  });

  test('skips a name, a comment and an extra field', () => {
    const packed = gzipSync(text);
    const header = Uint8Array.of(
      0x1f,
      0x8b,
      8,
      4 | 8 | 16,
      0,
      0,
      0,
      0,
      0,
      3,
      2,
      0,
      9,
      9,
      97,
      0,
      98,
      0,
    );
    expect(gunzip(Buffer.concat([header, packed.subarray(10)]), 1000)).toEqual(text);
  });

  test('refuses a bomb before it has unpacked it', () => {
    const bomb = gzipSync(new Uint8Array(20_000_000));
    expect(() => gunzip(bomb, 100_000)).toThrow(/more than 100000 bytes/);
    const two = Buffer.concat([gzipSync(new Uint8Array(700)), gzipSync(new Uint8Array(700))]);
    expect(() => gunzip(two, 1000)).toThrow(LineageError);
  });

  test('refuses every cut and every changed checksum, length or flag', () => {
    const packed = gzipSync(text);
    for (let length = 0; length < packed.length; length++)
      expect(() => gunzip(packed.subarray(0, length), 1000), `cut to ${length}`).toThrow(
        LineageError,
      );
    for (const at of [0, 1, 2, packed.length - 1, packed.length - 5]) {
      const damaged = Uint8Array.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      expect(() => gunzip(damaged, 1000), `byte ${at}`).toThrow(LineageError);
    }
    expect(() => gunzip(Buffer.concat([packed, Uint8Array.of(1, 2, 3)]), 1000)).toThrow(
      /other bytes/,
    );
  });
});
