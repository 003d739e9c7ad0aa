import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { squarify } from './squarify.ts';

const sizes = fc
  .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => b - a));
const frame = fc.record({
  x: fc.constant(10),
  y: fc.constant(20),
  width: fc.integer({ min: 20, max: 900 }),
  height: fc.integer({ min: 20, max: 900 }),
});

describe('a squarified map', () => {
  it('gives every size its share of the box, inside it, without overlap', () => {
    fc.assert(
      fc.property(sizes, frame, (all, box) => {
        const boxes = squarify(all, box);
        const total = all.reduce((sum, size) => sum + size, 0);
        expect(boxes).toHaveLength(all.length);
        boxes.forEach((one, index) => {
          const share = ((all[index] ?? 0) / total) * box.width * box.height;
          expect(one.width * one.height).toBeCloseTo(share, 3);
          expect(one.x).toBeGreaterThanOrEqual(box.x - 1e-6);
          expect(one.y).toBeGreaterThanOrEqual(box.y - 1e-6);
          expect(one.x + one.width).toBeLessThanOrEqual(box.x + box.width + 1e-6);
          expect(one.y + one.height).toBeLessThanOrEqual(box.y + box.height + 1e-6);
          for (const other of boxes.slice(index + 1)) {
            const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x); // prettier-ignore
            const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y); // prettier-ignore
            expect(Math.min(wide, high)).toBeLessThan(1e-6);
          }
        });
      }),
    );
  });

  it('keeps the boxes near squares: the example of its authors', () => {
    const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 6, height: 4 });
    expect(boxes[0]).toEqual({ x: 0, y: 0, width: 3, height: 2 });
    expect(boxes[1]).toEqual({ x: 0, y: 2, width: 3, height: 2 });
    expect(boxes[2]?.height).toBeCloseTo(7 / 3, 9);
    const ratios = boxes.map(({ width, height }) => Math.max(width / height, height / width));
    expect(Math.max(...ratios)).toBeLessThan(3);
  });

  it('lays 20,000 out within a frame', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => 1e6 / (index + 1));
    expect(squarify(many, { x: 0, y: 0, width: 700, height: 420 })).toHaveLength(20_000);
  });

  it('has nothing to lay out of nothing', () => {
    expect(squarify([], { x: 0, y: 0, width: 5, height: 5 })).toEqual([]);
  });
});
