import type { Tile, TileOrder } from '../../../core/diffViews.ts';
import type { Arrangement } from './arrangement.ts';
import { visible, type Frame, type Rectangle, type Scope } from './scope.ts';

/** A tile with what it shows. */
export interface LoadedTile {
  readonly tile: Tile;
  readonly of: TileOrder['of'];
  readonly rectangle: Rectangle;
}

/** What is asked for: all in sight and a margin around, so that a small move needs nothing new. */
export function orderFor(
  of: TileOrder['of'],
  arrangement: Arrangement,
  scope: Scope,
  frame: Frame,
): TileOrder {
  const seen = visible(scope, arrangement, frame);
  const margin = scope.zoom === 0 ? 0 : 0.5;
  const widened = (from: number, length: number, count: number): readonly [number, number] => {
    const start = Math.max(0, Math.floor(from - margin * length));
    return [start, Math.min(count, Math.ceil(from + length * (1 + margin))) - start];
  };
  const [row, rows] = widened(seen.row, seen.rows, arrangement.rows);
  const [column, columns] = widened(seen.column, seen.columns, arrangement.columns);
  const cells = (all: number, part: number, pixels: number) =>
    Math.min(all, Math.max(1, Math.ceil((pixels * all) / Math.max(1, part))));
  return {
    of,
    layout: arrangement.layout,
    row,
    column,
    rows,
    columns,
    height: cells(rows, seen.rows, frame.height),
    width: cells(columns, seen.columns, frame.width),
  };
}

/** Whether what is in sight is drawn from a tile as finely as it can be seen. */
export function suffices(
  { of, rectangle, tile }: LoadedTile,
  wanted: TileOrder['of'],
  arrangement: Arrangement,
  scope: Scope,
  frame: Frame,
): boolean {
  const seen = visible(scope, arrangement, frame);
  const holds =
    seen.row >= rectangle.row &&
    seen.column >= rectangle.column &&
    seen.row + seen.rows <= rectangle.row + rectangle.rows &&
    seen.column + seen.columns <= rectangle.column + rectangle.columns;
  const fine = (all: number, cells: number, part: number, pixels: number) =>
    cells === all || (cells * part) / all >= 0.9 * Math.min(part, pixels);
  return (
    of === wanted &&
    holds &&
    fine(rectangle.rows, tile.height, seen.rows, frame.height) &&
    fine(rectangle.columns, tile.width, seen.columns, frame.width)
  );
}

/** What a tile says of an element: its value, or the largest among those around it. */
export interface CellValue extends Rectangle {
  readonly value: number;
}

export function cellAt(
  { rectangle, tile }: LoadedTile,
  row: number,
  column: number,
): CellValue | undefined {
  const [down, across] = [row - rectangle.row, column - rectangle.column];
  if (down < 0 || across < 0 || down >= rectangle.rows || across >= rectangle.columns)
    return undefined;
  const y = Math.floor((down * tile.height) / rectangle.rows);
  const x = Math.floor((across * tile.width) / rectangle.columns);
  const first = (cell: number, all: number, cells: number) => Math.ceil((cell * all) / cells);
  const value = tile.values[y * tile.width + x];
  if (value === undefined) return undefined;
  const top = first(y, rectangle.rows, tile.height);
  const left = first(x, rectangle.columns, tile.width);
  return {
    value,
    row: rectangle.row + top,
    column: rectangle.column + left,
    rows: first(y + 1, rectangle.rows, tile.height) - top,
    columns: first(x + 1, rectangle.columns, tile.width) - left,
  };
}
