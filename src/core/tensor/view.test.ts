import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherView, isContiguous, viewExtent } from './view.ts';
import type { StridedView } from './view.ts';

/** Every index of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (some, extent) =>
      some.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

const axes = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: -9, max: 9 })), { maxLength: 4 });

describe('a strided view', () => {
  it('gathers what the definition says, or refuses what lies outside', () => {
    fc.assert(
      fc.property(axes, fc.nat(300), fc.constantFrom(1, 2, 4, 8), (pairs, byteOffset, size) => {
        const buffer = Uint8Array.from({ length: 700 }, (_, i) => (i * 7) & 255);
        const view: StridedView = {
          byteOffset,
          shape: pairs.map(([extent]) => extent),
          strides: pairs.map(([, stride]) => stride),
        };
        const starts = indices(view.shape).map((index) =>
          index.reduce((at, i, axis) => at + i * (view.strides[axis] ?? 0) * size, byteOffset),
        );
        const gathered = gatherView(buffer, view, size);
        const inside = starts.every((at) => at >= 0 && at + size <= buffer.length);
        if (!inside) expect(gathered).toBeUndefined();
        else
          expect([...(gathered ?? [])]).toEqual(
            starts.flatMap((at) => [...buffer.subarray(at, at + size)]),
          );
      }),
      { numRuns: 500 },
    );
  });

  it('is contiguous when its strides are those of its shape', () => {
    expect(isContiguous({ shape: [2, 3, 4], strides: [12, 4, 1] })).toBe(true);
    expect(isContiguous({ shape: [2, 1, 4], strides: [4, 99, 1] })).toBe(true);
    expect(isContiguous({ shape: [3, 2], strides: [1, 3] })).toBe(false);
    expect(isContiguous({ shape: [0, 2], strides: [7, 7] })).toBe(true);
    expect(isContiguous({ shape: [], strides: [] })).toBe(true);
  });

  it('touches from its lowest to its highest byte', () => {
    expect(viewExtent({ byteOffset: 12, shape: [4], strides: [-1] }, 4)).toEqual([0, 16]);
    expect(viewExtent({ byteOffset: 5, shape: [0], strides: [1] }, 4)).toEqual([5, 5]);
  });
});
