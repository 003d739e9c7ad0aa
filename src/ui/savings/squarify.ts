/** A rectangle, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A box for each of `sizes`, in proportion, as square as their order allows; together they fill `box`. Rows
 * are laid along the shorter side, each closed when another would make its worst box longer.
 *
 * @param sizes - positive, largest first.
 * Source: Bruls, Huizing, van Wijk, Squarified Treemaps, 2000.
 */
export function squarify(sizes: readonly number[], box: Box): Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const boxes: Box[] = [];
  if (total <= 0) return boxes;
  const scale = (box.width * box.height) / total;
  let rest = box;
  let at = 0;
  while (at < sizes.length) {
    const side = Math.min(rest.width, rest.height);
    const { end, area } = fullRow(sizes, at, scale, side);
    rest = layRow(sizes.slice(at, end), area, scale, rest, boxes);
    at = end;
  }
  return boxes;
}

/** The row from `at` that ends before its worst box would become longer. */
function fullRow(
  sizes: readonly number[],
  at: number,
  scale: number,
  side: number,
): { readonly end: number; readonly area: number } {
  const largest = (sizes[at] ?? 0) * scale;
  let area = largest;
  let worst = longest(area, largest, largest, side);
  let end = at + 1;
  for (; end < sizes.length; end++) {
    const next = (sizes[end] ?? 0) * scale;
    const worse = longest(area + next, largest, next, side);
    if (worse > worst) break;
    area += next;
    worst = worse;
  }
  return { end, area };
}

/** The worst of length to width in a row along `side`, of boxes from `largest` to `least` in area. */
function longest(area: number, largest: number, least: number, side: number): number {
  const thickness = area / side;
  const square = thickness * thickness;
  return Math.max(largest / square, square / least);
}

/** Lays a row along the shorter side, and gives what is left of the box. */
function layRow(
  sizes: readonly number[],
  area: number,
  scale: number,
  rest: Box,
  boxes: Box[],
): Box {
  const { x, y, width, height } = rest;
  const upright = width >= height;
  const thickness = area / Math.max(Math.min(width, height), Number.MIN_VALUE);
  let along = upright ? y : x;
  for (const size of sizes) {
    const length = (size * scale) / thickness;
    boxes.push(
      upright
        ? { x, y: along, width: thickness, height: length }
        : { x: along, y, width: length, height: thickness },
    );
    along += length;
  }
  return upright
    ? { x: x + thickness, y, width: Math.max(0, width - thickness), height }
    : { x, y: y + thickness, width, height: Math.max(0, height - thickness) };
}
