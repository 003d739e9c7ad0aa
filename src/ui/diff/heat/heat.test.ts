import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tile } from '../diff.fixture.ts';
import { arrangementOf } from './arrangement.ts';
import { cellWords, short } from './cellWords.ts';
import { tickStep } from './drawHeat.ts';
import { cellAt, orderFor, suffices } from './loadedTile.ts';
import { heatColours, inkOn, paintCells, shareOf } from './palette.ts';
import { clamped, scaleAt, visible, whole, zoomed, zoomStep } from './scope.ts';

const frame = { width: 600, height: 360 };
const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 60_000 }),
  columns: fc.integer({ min: 1, max: 60_000 }),
});

describe('what is seen of a matrix', () => {
  it('is all of it at first, and single weights at the end', () => {
    fc.assert(
      fc.property(sizes, (extent) => {
        const seen = visible(whole, extent, frame);
        expect(seen).toEqual({ row: 0, column: 0, ...extent });
        const scale = scaleAt(extent, frame, 1);
        expect(scale).toEqual({ x: 66, y: 24 });
      }),
    );
  });

  it('stays within the matrix however one zooms, and keeps what is under the pointer', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 600, noNaN: true }),
        fc.double({ min: 0, max: 360, noNaN: true }),
        (extent, by, x, y) => {
          const scope = zoomed(whole, extent, frame, by, x, y);
          expect(scope).toEqual(clamped(scope, extent, frame));
          const [before, after] = [scaleAt(extent, frame, 0), scaleAt(extent, frame, scope.zoom)];
          fc.pre(x / before.x <= extent.columns && y / before.y <= extent.rows);
          expect(scope.column + x / after.x).toBeCloseTo(x / before.x, 3);
          expect(scope.row + y / after.y).toBeCloseTo(y / before.y, 3);
        },
      ),
    );
  });

  it('has no zoom where all weights fit', () => {
    expect(zoomStep({ rows: 4, columns: 4 }, frame)).toBe(0);
    expect(zoomStep({ rows: 4000, columns: 4 }, frame)).toBeGreaterThan(0);
  });
});

describe('a filter bank as a picture', () => {
  it('puts outputs down and inputs across, each filter as it is', () => {
    const filters = arrangementOf('f32', [8, 4, 3, 5]);
    expect(filters).toMatchObject({ layout: 'filters', rows: 24, columns: 20, sliceRows: 3, sliceColumns: 5 }); // prettier-ignore
    expect(filters.index(7, 13)).toEqual([2, 2, 1, 3]);
  });

  it('lays out other shapes as a matrix, and tells the index of each element', () => {
    expect(arrangementOf('f32', [7])).toMatchObject({ rows: 7, columns: 1, layout: 'matrix' });
    expect(arrangementOf('f32', [7]).index(3, 0)).toEqual([3]);
    expect(arrangementOf('f32', []).index(0, 0)).toEqual([]);
    const three = arrangementOf('f32', [2, 3, 4]);
    expect(three).toMatchObject({ rows: 2, columns: 12, sliceColumns: 4 });
    expect(three.index(1, 7)).toEqual([1, 1, 3]);
  });
});

describe('tiles', () => {
  const arrangement = arrangementOf('f32', [400, 300]);

  it('are asked for no finer than can be seen, and suffice for what they were asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (zoom) => {
        const scope = clamped({ row: 100, column: 100, zoom }, arrangement, frame);
        const order = orderFor('a', arrangement, scope, frame);
        expect(order.height).toBeLessThanOrEqual(order.rows);
        expect(order.height).toBeLessThanOrEqual(2 * frame.height + 2);
        const { of, row, column, rows, columns } = order;
        const loaded = { of, tile: tile(order), rectangle: { row, column, rows, columns } };
        expect(suffices(loaded, 'a', arrangement, scope, frame)).toBe(true);
        expect(suffices(loaded, 'b', arrangement, scope, frame)).toBe(false);
      }),
    );
  });

  it('tell an element, or what it is the largest of', () => {
    const order = { of: 'a', row: 2, column: 4, rows: 4, columns: 8, height: 4, width: 4 } as const;
    const loaded = {
      of: 'a' as const,
      tile: tile(order),
      rectangle: { row: 2, column: 4, rows: 4, columns: 8 },
    };
    expect(cellAt(loaded, 3, 7)).toMatchObject({ row: 3, rows: 1, column: 6, columns: 2 });
    expect(cellAt(loaded, 1, 7)).toBeUndefined();
    const cell = { value: 0.25, row: 1, column: 2, rows: 1, columns: 1 };
    expect(cellWords('b', arrangement, cell)).toBe('B [1, 2] = 0.25000');
    expect(cellWords('difference', arrangement, { ...cell, columns: 2 })).toBe(
      'b − a [1, 2] to [1, 3]: the largest of 2 is 0.25000',
    );
    expect([0, 1.23456, 0.000012, -31_000, NaN].map(short)).toEqual(['0', '1.23', '1.2e−5', '−3.1e+4', 'NaN']); // prettier-ignore
  });
});

describe('colours', () => {
  it('tell sign and size, in both themes, with ink that can be read', () => {
    const [light, dark] = [heatColours('light'), heatColours('dark')];
    const lightness = ([r, g, b]: readonly [number, number, number]) => r + g + b;
    expect(lightness(light.of(0))).toBeGreaterThan(lightness(light.of(1)));
    expect(lightness(dark.of(0))).toBeLessThan(lightness(dark.of(1)));
    const [red, , blue] = light.of(0.6);
    expect(red).toBeGreaterThan(blue);
    expect(inkOn(light.of(0))).toBe('#000');
    expect(inkOn(light.of(1))).toBe('#fff');
    expect(inkOn(dark.of(0))).toBe('#fff');
  });

  it('mark what is not finite, and stress small values on demand', () => {
    const colours = heatColours('light');
    const pixels = paintCells(Float32Array.of(NaN, 0, Infinity), 1, false, colours);
    expect([...pixels.slice(0, 3)]).toEqual([...colours.notFinite]);
    expect([...pixels.slice(8, 11)]).toEqual([...colours.notFinite]);
    expect(shareOf(-0.01, 1, true)).toBeCloseTo(-0.1);
    expect(shareOf(3, 0, false)).toBe(0);
  });

  it('tick axes as often as can be read', () => {
    expect([tickStep(24, 22), tickStep(5, 22), tickStep(0.01, 22)]).toEqual([1, 5, 5000]);
  });
});
