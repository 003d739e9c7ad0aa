import { real } from '../format.ts';

export type Point = readonly [x: number, y: number];

/** A line of a chart. Points are in the order of x. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Which of the theme's series colours: 0, 1, 2, … */
  readonly colour: number;
  /** `dashed`: told from another of the same colour. `faint`: the noise behind a smoothed line. */
  readonly look?: 'dashed' | 'faint';
}

/** Smallest and largest x and y of what can be drawn. */
export interface Domain {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The points a scale can show: finite, and above 0 on a logarithmic one. */
export function drawable(points: readonly Point[], log: boolean): Point[] {
  return points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0));
}

/** Room for all series; undefined where there is no point. A single value gets room around it. */
export function domainOf(series: readonly Series[], log: boolean): Domain | undefined {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { points } of series)
    for (const [x, y] of drawable(points, log)) {
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
    }
  if (x0 > x1) return undefined;
  if (y0 === y1) [y0, y1] = log ? [y0 / 2, y1 * 2] : [y0 - Math.abs(y0) / 2 - 1e-6, y1 + Math.abs(y1) / 2 + 1e-6]; // prettier-ignore
  return { x: x0 === x1 ? [x0, x1 + 1] : [x0, x1], y: [y0, y1] };
}

/**
 * At most about `most` points that look the same: of each run of points the lowest and the highest, so
 * that no spike is lost.
 */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const run = Math.ceil((points.length * 2) / most);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += run) {
    const part = points.slice(start, start + run);
    let [low, high] = [0, 0];
    part.forEach(([, y], i) => {
      if (y < (part[low] as Point)[1]) low = i;
      if (y > (part[high] as Point)[1]) high = i;
    });
    const first = part[Math.min(low, high)] as Point;
    const second = part[Math.max(low, high)] as Point;
    kept.push(first);
    if (low !== high) kept.push(second);
  }
  return kept;
}

/** Exponential moving average over `span` points, corrected for its start. */
export function smoothed(points: readonly Point[], span: number): Point[] {
  const keep = 1 - 2 / (span + 1);
  let [sum, weight] = [0, 0];
  return points
    .filter(([, y]) => Number.isFinite(y))
    .map(([x, y]) => {
      sum = sum * keep + y;
      weight = weight * keep + 1;
      return [x, sum / weight] as const;
    });
}

/** The point nearest to `x`. */
export function nearest(points: readonly Point[], x: number): Point | undefined {
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Point)[0] < x) low = middle;
    else high = middle;
  }
  const [a, b] = [points[low], points[high]];
  if (a === undefined || b === undefined) return a ?? b;
  return Math.abs(a[0] - x) <= Math.abs(b[0] - x) ? a : b;
}

/** A chart in a sentence, for those who do not see it. */
export function summaryOf(series: readonly Series[], format: (y: number) => string = real): string {
  const parts = series
    .filter(({ points, look }) => points.length > 0 && look !== 'faint')
    .map(({ name, points }) => {
      const first = points[0] as Point;
      const last = points[points.length - 1] as Point;
      const low = points.reduce((least, point) => (point[1] < least[1] ? point : least), first);
      return points.length === 1
        ? `${name}: ${format(first[1])}`
        : `${name}: from ${format(first[1])} to ${format(last[1])}, lowest ${format(low[1])} at ${low[0]}`;
    });
  return parts.length === 0 ? 'Nothing to draw yet.' : `${parts.join('. ')}.`;
}
