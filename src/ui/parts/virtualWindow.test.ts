import fc from 'fast-check';
import { expect, it } from 'vitest';
import { virtualWindow } from './virtualWindow.ts';

it('draws what is on screen, few rows more, and keeps the height of the whole list', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.integer({ min: 0, max: 2000 }),
      fc.nat(20_000),
      (top, viewport, count) => {
        const { first, last, before, after } = virtualWindow(top, viewport, 30, count);
        expect(before + (last - first) * 30 + after).toBe(count * 30);
        expect(last - first).toBeLessThanOrEqual(viewport / 30 + 18);
        const shownTop = Math.min(top, Math.max(0, count * 30 - viewport));
        if (count > 0) {
          expect(first * 30).toBeLessThanOrEqual(shownTop);
          expect(last * 30).toBeGreaterThanOrEqual(Math.min(shownTop + viewport, count * 30));
        }
      },
    ),
  );
});
