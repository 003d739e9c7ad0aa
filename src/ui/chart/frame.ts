import type { Domain } from './series.ts';
import { logTicks, ticks } from './ticks.ts';

/** Where values of a chart stand, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Of the plot inside the axes. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The x value at a distance from the chart's left edge. */
  readonly valueAt: (pixels: number) => number;
}

const margin = { left: 46, right: 18, top: 8, bottom: 24 };

/** Scales that fit `domain` into a chart of this size, in pixels; `log` concerns y. */
export function frameOf(domain: Domain, width: number, height: number, log: boolean): Frame {
  const [left, right] = [margin.left, Math.max(margin.left + 20, width - margin.right)];
  const [top, bottom] = [margin.top, height - margin.bottom];
  const [x0, x1] = domain.x;
  const [y0, y1] = domain.y;
  const scale = log ? Math.log : (value: number) => value;
  const [s0, s1] = [scale(y0), scale(y1)];
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    xTicks: ticks(x0, x1, Math.max(2, Math.min(8, width / 90))),
    yTicks: log ? logTicks(y0, y1) : ticks(y0, y1, 4),
    x: (value) => left + ((value - x0) / (x1 - x0)) * (right - left),
    y: (value) => bottom - ((scale(value) - s0) / (s1 - s0)) * (bottom - top),
    valueAt: (pixels) => x0 + ((pixels - left) / (right - left)) * (x1 - x0),
  };
}
