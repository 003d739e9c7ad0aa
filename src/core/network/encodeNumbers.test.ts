import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeElements } from '../tensor/elements.ts';
import { encodeNumbers, roundedTo } from './encodeNumbers.ts';

describe('encodeNumbers', () => {
  test.each(['f16', 'bf16'] as const)('gives every %s back as it was', (dtype) => {
    const codes = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const numbers = decodeElements(dtype, new Uint8Array(codes.buffer));
    const again = new Uint16Array(encodeNumbers(dtype, [65_536], numbers).bytes.buffer);
    for (const [i, code] of again.entries())
      if (!Number.isNaN(numbers[i])) expect(code).toBe(i);
      else expect(numbers[i]).toBeNaN();
  });

  test.each(['f16', 'bf16'] as const)('rounds to the nearest %s, ties to even', (dtype) => {
    const all = [
      ...decodeElements(
        dtype,
        new Uint8Array(Uint16Array.from({ length: 32_768 }, (_, i) => i).buffer),
      ),
    ].filter(Number.isFinite);
    fc.assert(
      fc.property(
        fc.nat(all.length - 2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (i, share) => {
          const [low = 0, high = 0] = [all[i], all[i + 1]];
          const value = low + (high - low) * share;
          const [rounded = 0] = roundedTo(dtype, [value]);
          const middle = (low + high) / 2;
          if (value < middle) expect(rounded).toBe(low);
          else if (value > middle) expect(rounded).toBe(high);
          else expect(rounded).toBe(i % 2 === 0 ? low : high);
        },
      ),
    );
  });

  test('makes infinite what is beyond the largest half', () => {
    expect([...roundedTo('f16', [65_519, 65_520, -1e9])]).toEqual([65_504, Infinity, -Infinity]);
  });
});
