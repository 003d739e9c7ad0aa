import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { placeColumn, placementScratch } from './placeColumn.ts';

const column = fc.array(
  fc.record({
    wish: fc.double({ min: -20, max: 20, noNaN: true }),
    weight: fc.double({ min: 0.1, max: 9, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
);

function place(nodes: readonly { wish: number; weight: number }[]): number[] {
  const position = new Float64Array(nodes.length);
  placeColumn(
    Int32Array.from(nodes.keys()),
    Float64Array.from(nodes, ({ wish }) => wish),
    Float64Array.from(nodes, ({ weight }) => weight),
    position,
    placementScratch(nodes.length),
  );
  return [...position];
}

describe('placeColumn', () => {
  it('keeps the order with gaps of at least one', () => {
    fc.assert(
      fc.property(column, (nodes) => {
        const position = place(nodes);
        for (let i = 1; i < position.length; i++) {
          expect(at(position, i) - at(position, i - 1)).toBeGreaterThan(1 - 1e-9);
        }
      }),
    );
  });

  it('is the best placement: the max-min formula of isotonic regression gives the same', () => {
    fc.assert(
      fc.property(column, (nodes) => {
        const mean = (a: number, b: number) => {
          const part = nodes.slice(a, b + 1);
          const weight = part.reduce((sum, node) => sum + node.weight, 0);
          return part.reduce((sum, node, i) => sum + node.weight * (node.wish - a - i), 0) / weight;
        };
        // Source: Robertson, Wright and Dykstra, Order Restricted Statistical Inference (1988), 1.4.
        place(nodes).forEach((position, i) => {
          let best = -Infinity;
          for (let a = 0; a <= i; a++) {
            let least = Infinity;
            for (let b = i; b < nodes.length; b++) least = Math.min(least, mean(a, b));
            best = Math.max(best, least);
          }
          expect(position - i).toBeCloseTo(best, 6);
        });
      }),
    );
  });
});
