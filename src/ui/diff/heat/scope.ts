/** A matrix's size in elements. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/** What is seen of a matrix: top left corner in elements, and how near from 0 (all) to 1 (single weights). */
export interface Scope {
  readonly row: number;
  readonly column: number;
  readonly zoom: number;
}

/** Room to draw in, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels for each element, across and down. */
export interface Scale {
  readonly x: number;
  readonly y: number;
}

/** Whole elements. */
export interface Rectangle extends Extent {
  readonly row: number;
  readonly column: number;
}

export const whole: Scope = { row: 0, column: 0, zoom: 0 };

/** An element at the nearest zoom: a number fits in. */
const nearest: Scale = { x: 66, y: 24 };

function fitted(extent: Extent, frame: Frame): Scale {
  return {
    x: Math.min(nearest.x, frame.width / Math.max(1, extent.columns)),
    y: Math.min(nearest.y, frame.height / Math.max(1, extent.rows)),
  };
}

export function scaleAt(extent: Extent, frame: Frame, zoom: number): Scale {
  const fit = fitted(extent, frame);
  return {
    x: fit.x ** (1 - zoom) * nearest.x ** zoom,
    y: fit.y ** (1 - zoom) * nearest.y ** zoom,
  };
}

/** A step of the zoom that makes elements 1.6 times larger; 0 where all is shown at its nearest. */
export function zoomStep(extent: Extent, frame: Frame): number {
  const fit = fitted(extent, frame);
  const most = Math.max(nearest.x / fit.x, nearest.y / fit.y);
  return most <= 1 ? 0 : Math.min(1, Math.log(1.6) / Math.log(most));
}

/** Within the matrix. */
export function clamped({ row, column, zoom }: Scope, extent: Extent, frame: Frame): Scope {
  const near = Math.min(1, Math.max(0, zoom));
  const scale = scaleAt(extent, frame, near);
  const within = (at: number, count: number, seen: number) =>
    Math.min(Math.max(0, count - seen), Math.max(0, at));
  return {
    row: within(row, extent.rows, frame.height / scale.y),
    column: within(column, extent.columns, frame.width / scale.x),
    zoom: near,
  };
}

/** Zooms by `by`; what is at the pixel (x, y) stays there. */
export function zoomed(
  scope: Scope,
  extent: Extent,
  frame: Frame,
  by: number,
  x: number,
  y: number,
): Scope {
  const before = scaleAt(extent, frame, scope.zoom);
  const zoom = Math.min(1, Math.max(0, scope.zoom + by));
  const after = scaleAt(extent, frame, zoom);
  return clamped(
    {
      row: scope.row + y / before.y - y / after.y,
      column: scope.column + x / before.x - x / after.x,
      zoom,
    },
    extent,
    frame,
  );
}

/** The elements that are in sight, in part too. */
export function visible(scope: Scope, extent: Extent, frame: Frame): Rectangle {
  const scale = scaleAt(extent, frame, scope.zoom);
  const [row, column] = [Math.floor(scope.row), Math.floor(scope.column)];
  const end = Math.min(extent.rows, Math.ceil(scope.row + frame.height / scale.y - 1e-9));
  const last = Math.min(extent.columns, Math.ceil(scope.column + frame.width / scale.x - 1e-9));
  return { row, column, rows: Math.max(0, end - row), columns: Math.max(0, last - column) };
}

/** Moved as little as needed for an element to be in sight. */
export function revealing(
  scope: Scope,
  extent: Extent,
  frame: Frame,
  { row, column }: { readonly row: number; readonly column: number },
): Scope {
  const scale = scaleAt(extent, frame, scope.zoom);
  const into = (from: number, seen: number, at: number) =>
    at < from ? at : at + 1 > from + seen ? at + 1 - seen : from;
  return clamped(
    {
      row: into(scope.row, frame.height / scale.y, row),
      column: into(scope.column, frame.width / scale.x, column),
      zoom: scope.zoom,
    },
    extent,
    frame,
  );
}

/** At the nearest zoom, an element in the middle. */
export function nearestTo(
  extent: Extent,
  frame: Frame,
  { row, column }: { readonly row: number; readonly column: number },
): Scope {
  return clamped(
    {
      row: row + 0.5 - frame.height / nearest.y / 2,
      column: column + 0.5 - frame.width / nearest.x / 2,
      zoom: 1,
    },
    extent,
    frame,
  );
}

/** An element moved by cells as they are drawn: by one, or by as many as share a pixel. */
export function stepped(
  from: { readonly row: number; readonly column: number },
  rows: number,
  columns: number,
  extent: Extent,
  scale: Scale,
): { readonly row: number; readonly column: number } {
  const next = (at: number, steps: number, pixels: number, count: number) =>
    Math.min(count - 1, Math.max(0, at + steps * Math.max(1, Math.round(1 / pixels))));
  return {
    row: next(from.row, rows, scale.y, extent.rows),
    column: next(from.column, columns, scale.x, extent.columns),
  };
}

/** Where an element is seen, in pixels; the middle of the frame for none. */
export function pixelOf(
  element: { readonly row: number; readonly column: number } | undefined,
  scope: Scope,
  extent: Extent,
  frame: Frame,
): { readonly x: number; readonly y: number } {
  if (element === undefined) return { x: frame.width / 2, y: frame.height / 2 };
  const scale = scaleAt(extent, frame, scope.zoom);
  return {
    x: (element.column + 0.5 - scope.column) * scale.x,
    y: (element.row + 0.5 - scope.row) * scale.y,
  };
}
