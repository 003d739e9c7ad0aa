import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { packBoxes } from './packBoxes.ts';

const side = fc.integer({ min: 1, max: 30 });
const someBoxes = fc.array(fc.record({ width: side, height: side }), { maxLength: 60 });

describe('packBoxes', () => {
  it('never lets two boxes overlap', () => {
    fc.assert(
      fc.property(someBoxes, fc.double({ min: 0.2, max: 5, noNaN: true }), (boxes, aspect) => {
        const places = packBoxes(boxes, aspect);
        boxes.forEach((box, i) => {
          for (let j = i + 1; j < boxes.length; j++) {
            const apart =
              at(places, i * 2) + box.width <= at(places, j * 2) + 1e-9 ||
              at(places, j * 2) + at(boxes, j).width <= at(places, i * 2) + 1e-9 ||
              at(places, i * 2 + 1) + box.height <= at(places, j * 2 + 1) + 1e-9 ||
              at(places, j * 2 + 1) + at(boxes, j).height <= at(places, i * 2 + 1) + 1e-9;
            expect(apart).toBe(true);
          }
        });
      }),
    );
  });

  it('wastes at most half of the block when there are many boxes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ width: side, height: side }), { minLength: 100, maxLength: 200 }),
        (boxes) => {
          const places = packBoxes(boxes, 1.6);
          const right = Math.max(...boxes.map((box, i) => at(places, i * 2) + box.width));
          const bottom = Math.max(...boxes.map((box, i) => at(places, i * 2 + 1) + box.height));
          const area = boxes.reduce((sum, box) => sum + box.width * box.height, 0);
          expect(area / (right * bottom)).toBeGreaterThan(0.5);
        },
      ),
      { numRuns: 30 },
    );
  });
});
