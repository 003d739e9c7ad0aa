import type { Flow } from '../../core/layout/layout.ts';

/** Control points in the form Cytoscape takes them: along the line of the ends, and away from it. */
export interface Curve {
  /** 0 at the start, 1 at the end. */
  readonly weights: readonly [number, number];
  /** Pixels to the right-hand side of the line as one walks along it. */
  readonly distances: readonly [number, number];
}

/**
 * An S-shaped curve that leaves the start and enters the end along the flow, bent across it by `bow` in
 * its middle: down with the flow `right`, to the right with `down`.
 */
export function flowCurve(
  start: { readonly x: number; readonly y: number },
  end: { readonly x: number; readonly y: number },
  bow: number,
  flow: Flow,
): Curve {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy) || 1;
  // The curve passes half-way between its control points, so they are put out a little further.
  const bend = bow * 1.15;
  const points: readonly [Point, Point] =
    flow === 'right'
      ? [
          [dx * 0.4, bend],
          [dx * 0.6, dy + bend],
        ]
      : [
          [bend, dy * 0.4],
          [dx + bend, dy * 0.6],
        ];
  const weight = ([x, y]: Point) => (x * dx + y * dy) / (length * length);
  const distance = ([x, y]: Point) => (y * dx - x * dy) / length;
  return {
    weights: [weight(points[0]), weight(points[1])],
    distances: [distance(points[0]), distance(points[1])],
  };
}

type Point = readonly [x: number, y: number];
