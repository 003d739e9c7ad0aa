/** Control points in the form Cytoscape takes them: along the line of the ends, and away from it. */
export interface Curve {
  /** 0 at the start, 1 at the end. */
  readonly weights: readonly [number, number];
  /** Pixels to the right-hand side of the line as one walks along it. */
  readonly distances: readonly [number, number];
}

/**
 * An S-shaped curve that leaves the start and enters the end level, bent down by `bow` in its middle.
 */
export function levelCurve(
  start: { readonly x: number; readonly y: number },
  end: { readonly x: number; readonly y: number },
  bow: number,
): Curve {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy) || 1;
  // The curve passes half-way between its control points, so they are put out a little further.
  const points = [
    [dx * 0.4, bow * 1.15],
    [dx * 0.6, dy + bow * 1.15],
  ] as const;
  const weight = ([x, y]: readonly [number, number]) => (x * dx + y * dy) / (length * length);
  const distance = ([x, y]: readonly [number, number]) => (y * dx - x * dy) / length;
  return {
    weights: [weight(points[0]), weight(points[1])],
    distances: [distance(points[0]), distance(points[1])],
  };
}
