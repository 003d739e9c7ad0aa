import type { Arrangement } from './arrangement.ts';
import { short } from './cellWords.ts';
import type { LoadedTile } from './loadedTile.ts';
import { inkOn, paintCells, shareOf, type HeatColours } from './palette.ts';
import { scaleAt, type Frame, type Scale, type Scope } from './scope.ts';

/** Room for the axes at the left and at the top, in CSS pixels. */
export const margin = { left: 42, top: 20 };

/** What a picture is drawn from. Lengths in CSS pixels. */
export interface HeatPicture {
  readonly arrangement: Arrangement;
  readonly scope: Scope;
  readonly frame: Frame;
  readonly loaded: LoadedTile | undefined;
  readonly range: number;
  readonly root: boolean;
  readonly colours: HeatColours;
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
  readonly ink: string;
  readonly line: string;
  readonly ground: string;
}

interface Drawing extends HeatPicture {
  readonly pen: CanvasRenderingContext2D;
  readonly scale: Scale;
  /** Pixel of an element's edge. */
  readonly x: (column: number) => number;
  readonly y: (row: number) => number;
}

/** Paints the tile, slice borders, numbers where they fit, the cursor and the axes. */
export function drawHeat(pen: CanvasRenderingContext2D, picture: HeatPicture): void {
  const { arrangement, scope, frame } = picture;
  const scale = scaleAt(arrangement, frame, scope.zoom);
  const drawing: Drawing = {
    ...picture,
    pen,
    scale,
    x: (column) => margin.left + (column - scope.column) * scale.x,
    y: (row) => margin.top + (row - scope.row) * scale.y,
  };
  pen.fillStyle = picture.ground;
  pen.fillRect(0, 0, margin.left + frame.width, margin.top + frame.height);
  pen.save();
  pen.beginPath();
  pen.rect(margin.left, margin.top, frame.width, frame.height);
  pen.clip();
  drawTile(drawing);
  drawBorders(drawing);
  drawNumbers(drawing);
  drawCursor(drawing);
  pen.restore();
  drawAxes(drawing);
}

function drawTile({ pen, loaded, range, root, colours, x, y }: Drawing): void {
  if (loaded === undefined) return;
  const { tile, rectangle } = loaded;
  if (tile.width === 0 || tile.height === 0) return;
  const cells = document.createElement('canvas');
  cells.width = tile.width;
  cells.height = tile.height;
  const pixels = paintCells(tile.values, range, root, colours);
  cells.getContext('2d')?.putImageData(new ImageData(pixels, tile.width, tile.height), 0, 0);
  pen.imageSmoothingEnabled = false;
  const [left, top] = [x(rectangle.column), y(rectangle.row)];
  const [right, bottom] = [
    x(rectangle.column + rectangle.columns),
    y(rectangle.row + rectangle.rows),
  ];
  pen.drawImage(cells, left, top, right - left, bottom - top);
}

/** Every edge of a slice in sight, as whole elements. */
function edges(
  from: number,
  pixels: number,
  scale: number,
  slice: number,
  count: number,
): number[] {
  const result: number[] = [];
  const end = Math.min(count, from + pixels / scale);
  for (let at = Math.ceil(from / slice) * slice; at <= end; at += slice) result.push(at);
  return result;
}

function drawBorders({ pen, arrangement, scope, frame, scale, line, x, y }: Drawing): void {
  const { sliceRows, sliceColumns, rows, columns } = arrangement;
  pen.strokeStyle = line;
  pen.lineWidth = 1;
  pen.beginPath();
  if (sliceColumns > 1 && sliceColumns * scale.x >= 6)
    for (const at of edges(scope.column, frame.width, scale.x, sliceColumns, columns)) {
      pen.moveTo(Math.round(x(at)) + 0.5, margin.top);
      pen.lineTo(Math.round(x(at)) + 0.5, Math.min(y(rows), margin.top + frame.height));
    }
  if (sliceRows > 1 && sliceRows * scale.y >= 6)
    for (const at of edges(scope.row, frame.height, scale.y, sliceRows, rows)) {
      pen.moveTo(margin.left, Math.round(y(at)) + 0.5);
      pen.lineTo(Math.min(x(columns), margin.left + frame.width), Math.round(y(at)) + 0.5);
    }
  pen.stroke();
}

function drawNumbers({ pen, loaded, scale, range, root, colours, x, y }: Drawing): void {
  if (loaded === undefined || scale.x < 46 || scale.y < 16) return;
  const { tile, rectangle } = loaded;
  if (tile.width !== rectangle.columns || tile.height !== rectangle.rows) return;
  pen.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  tile.values.forEach((value, at) => {
    const left = x(rectangle.column + (at % tile.width));
    const top = y(rectangle.row + Math.floor(at / tile.width));
    const isFinite = value - value === 0;
    pen.fillStyle = inkOn(isFinite ? colours.of(shareOf(value, range, root)) : colours.notFinite);
    pen.fillText(short(value), left + scale.x / 2, top + scale.y / 2);
  });
}

function drawCursor({ pen, cursor, scale, ink, ground, x, y }: Drawing): void {
  if (cursor === undefined) return;
  const [width, height] = [Math.max(6, scale.x), Math.max(6, scale.y)];
  const left = x(cursor.column) - (width - scale.x) / 2;
  const top = y(cursor.row) - (height - scale.y) / 2;
  for (const [colour, grown] of [
    [ground, 1.5],
    [ink, 0],
  ] as const) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.strokeRect(left - grown, top - grown, width + 2 * grown, height + 2 * grown);
  }
}

/** Ticks at slices, as many as can be read: 1, 2 or 5 times a power of ten apart. */
export function tickStep(pixelsEach: number, least: number): number {
  const wanted = least / pixelsEach;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted) ?? 10;
  return Math.max(1, step * power);
}

function drawAxes({ pen, arrangement, scope, frame, scale, ink, x, y }: Drawing): void {
  const { sliceRows, sliceColumns, rows, columns } = arrangement;
  pen.font = '10px system-ui, sans-serif';
  pen.fillStyle = ink;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  const down = tickStep(scale.y * sliceRows, 22) * sliceRows;
  for (const at of edges(scope.row, frame.height, scale.y, down, rows - 1)) {
    const middle = y(at) + Math.min(scale.y * sliceRows, 22) / 2;
    if (middle < margin.top + frame.height)
      pen.fillText(String(at / sliceRows), margin.left - 5, middle);
  }
  pen.textAlign = 'left';
  const across = tickStep(scale.x * sliceColumns, 42) * sliceColumns;
  for (const at of edges(scope.column, frame.width, scale.x, across, columns - 1))
    pen.fillText(String(at / sliceColumns), x(at) + 1, margin.top / 2);
}
