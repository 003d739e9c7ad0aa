import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf } from './frame.ts';
import { domainOf, nearest, smoothed, summaryOf, thinned, type Point } from './series.ts';
import { logTicks, ticks } from './ticks.ts';

const walk = fc
  .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 400 })
  .map((ys): Point[] => ys.map((y, x) => [x, y]));

describe('charts', () => {
  it('thin a curve without losing its lowest and highest point', () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 4, max: 60 }), (points, most) => {
        const kept = thinned(points, most);
        const ys = (list: readonly Point[]) => list.map(([, y]) => y);
        expect(Math.min(...ys(kept))).toBe(Math.min(...ys(points)));
        expect(Math.max(...ys(kept))).toBe(Math.max(...ys(points)));
        expect(kept.length).toBeLessThanOrEqual(Math.max(most + 2, 4));
        expect(kept.map(([x]) => x)).toEqual([...kept.map(([x]) => x)].sort((a, b) => a - b));
      }),
    );
  });

  it('find the nearest point', () => {
    fc.assert(
      fc.property(walk, fc.double({ min: -10, max: 500, noNaN: true }), (points, x) => {
        const found = nearest(points, x)?.[0] ?? NaN;
        expect(Math.abs(found - x)).toBe(Math.min(...points.map(([px]) => Math.abs(px - x))));
      }),
    );
  });

  it('have few round ticks inside the scale', () => {
    expect(ticks(0, 1, 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(0, 1000, 4)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(logTicks(0.01, 2)).toEqual([0.01, 0.03, 0.1, 0.3, 1]);
  });

  it('put the ends of the data on the edges, linear and logarithmic', () => {
    const series = [{ name: 'a', points: [[0, 0.01], [10, 1], [5, -1], [6, NaN]] as Point[], colour: 0 }]; // prettier-ignore
    const domain = domainOf(series, true);
    expect(domain).toEqual({ x: [0, 10], y: [0.01, 1] });
    if (domain === undefined) return;
    const frame = frameOf(domain, 400, 200, true);
    expect([frame.y(1), frame.y(0.01), frame.x(10)]).toEqual([
      frame.top,
      frame.bottom,
      frame.right,
    ]);
    expect(frame.y(0.1)).toBeCloseTo((frame.top + frame.bottom) / 2);
    expect(frame.valueAt(frame.x(3))).toBeCloseTo(3);
  });

  it('smooth without a bias at the start', () => {
    expect(smoothed([[0, 2], [1, 2], [2, 2]], 10)).toEqual([[0, 2], [1, 2], [2, 2]]); // prettier-ignore
  });

  it('say in words what is drawn', () => {
    const points: Point[] = [[0, 2], [1, 0.5], [2, 1]]; // prettier-ignore
    expect(summaryOf([{ name: 'loss', points, colour: 0 }])).toBe(
      'loss: from 2.0000 to 1.0000, lowest 0.50000 at 1.',
    );
  });
});
