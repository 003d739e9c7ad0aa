import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isLineageError } from '../../core/lineageError.ts';
import { noise } from '../checks/content.fixture.ts';
import { packAsPatch, packBytesOf, baseOf, unpackBytes } from './packedText.ts';
import { applyPatch, encodePatch } from './recordPatch.ts';

const piece = fc.record({
  from: fc.nat({ max: 3000 }),
  length: fc.nat({ max: 500 }),
  fresh: fc.uint8Array({ maxLength: 30 }),
});

it('gives back the bytes from any base', () => {
  const base = noise(3000, 1);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = Uint8Array.from(
        pieces.flatMap(({ from, length, fresh }) => [
          ...fresh,
          ...base.subarray(from, from + length),
        ]),
      );
      const patch = encodePatch(base, bytes);
      expect(applyPatch(base, patch, bytes.length)).toEqual(bytes);
      const id = 'ab'.repeat(32);
      const packed = packAsPatch(bytes, { id, bytes: base });
      expect(baseOf(packed)).toBe(id);
      expect(unpackBytes(packed, base)).toEqual(bytes);
    }),
  );
});

it('copies long runs wherever they lie', () => {
  const base = noise(200_000, 1);
  const bytes = new Uint8Array([...base.subarray(100_000), 1, 2, 3, ...base.subarray(0, 100_000)]);
  expect(encodePatch(base, bytes).length).toBeLessThan(40);
});

it('refuses damaged patches with codec-invalid, or gives other bytes of the right length', () => {
  const base = noise(500, 1);
  const bytes = new Uint8Array([...base.subarray(100, 400), ...noise(50, 2), ...base]);
  const patch = encodePatch(base, bytes);
  fc.assert(
    fc.property(fc.nat({ max: patch.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const damaged = patch.slice();
      damaged[at] = value;
      try {
        expect(applyPatch(base, damaged, bytes.length)).toHaveLength(bytes.length);
      } catch (error) {
        if (!isLineageError(error, 'codec-invalid')) throw error;
      }
    }),
  );
});

it('tells a patch to another base', () => {
  const [base, other] = [noise(500, 1), noise(500, 2)];
  const packed = packAsPatch(base.slice(0, 300), { id: 'ab'.repeat(32), bytes: base });
  expect(() => unpackBytes(packed, other)).toThrow('base');
  expect(() => unpackBytes(packed)).toThrow('base');
  expect(baseOf(packBytesOf(base))).toBeUndefined();
});
