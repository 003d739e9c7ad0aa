import { looks, type AnyHeading } from './headings.ts';
import type { MapCell, MapGroup } from './mapCells.ts';
import type { Box } from './squarify.ts';

/** Colours of the map in one theme, and what fills a heading's boxes. */
export interface MapInk {
  readonly text: string;
  readonly ground: string;
  readonly line: string;
  readonly font: string;
  readonly fills: Readonly<Record<AnyHeading, Fill>>;
}

interface Fill {
  readonly soft: string;
  readonly edge: string;
  readonly pattern: CanvasPattern | undefined;
}

/** Boxes narrower than this, in pixels, are filled and not lined or named. */
const plainBelow = 5;
const lineHeight = 13;

/** @param variable - gives a CSS variable's value. */
export function mapInk(pen: CanvasRenderingContext2D, variable: (name: string) => string): MapInk {
  const ground = variable('--surface');
  const fills = Object.fromEntries(
    Object.entries(looks).map(([of, look]) => {
      const edge = variable(look.colour);
      const soft = mixed(edge, ground, 0.2);
      const pattern = patternOf(pen, look.pattern, mixed(edge, ground, 0.42));
      return [of, { soft, edge, pattern }];
    }),
  ) as Record<AnyHeading, Fill>;
  const text = variable('--text');
  return { text, ground, line: variable('--border-strong'), font: variable('--font'), fills };
}

/** Two colours of three or six hex digits, `share` of the first. */
export function mixed(a: string, b: string, share: number): string {
  const parts = [0, 1, 2].map((place) =>
    Math.round(channel(a, place) * share + channel(b, place) * (1 - share)),
  );
  return `rgb(${parts.join(' ')})`;
}

/** Red, green or blue of a colour, 0 to 255. A build may have written `#ffffff` as `#fff`. */
function channel(colour: string, place: number): number {
  const digits = (colour.length - 1) / 3;
  const part = colour.slice(1 + place * digits, 1 + (place + 1) * digits);
  return Number.parseInt(digits === 1 ? part + part : part, 16);
}

function patternOf(
  pen: CanvasRenderingContext2D,
  path: string,
  colour: string,
): CanvasPattern | undefined {
  if (path === '') return undefined;
  const tile = document.createElement('canvas');
  tile.width = 16;
  tile.height = 16;
  const tilePen = tile.getContext('2d');
  if (tilePen === null) return undefined;
  tilePen.scale(2, 2);
  tilePen.strokeStyle = colour;
  tilePen.stroke(new Path2D(path));
  const pattern = pen.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(0.5));
  return pattern ?? undefined;
}

/** Draws the models with their tensors, or the tensors of one. */
export function paintMap(
  pen: CanvasRenderingContext2D,
  groups: readonly MapGroup[],
  ink: MapInk,
): void {
  for (const group of groups) {
    if (group.cells.length === 0) paintCell(pen, group, ink, 11);
    for (const cell of group.cells) paintCell(pen, cell, ink, group.head > 0 ? 10 : 11);
    if (group.cells.length === 0 || Math.min(group.width, group.height) < plainBelow) continue;
    pen.strokeStyle = ink.line;
    pen.lineWidth = 1;
    pen.strokeRect(group.x + 0.5, group.y + 0.5, group.width - 1, group.height - 1);
    if (group.head === 0) continue;
    pen.fillStyle = ink.text;
    pen.font = `600 11px ${ink.font}`;
    write(pen, group.label, group.x + 5, group.y + 12.5, group.width - 8);
  }
}

function paintCell(
  pen: CanvasRenderingContext2D,
  cell: MapCell | MapGroup,
  ink: MapInk,
  size: number,
): void {
  const { x, y, width, height } = cell;
  const fill = ink.fills[cell.heading];
  pen.fillStyle = fill.soft;
  pen.fillRect(x, y, width, height);
  if (Math.min(width, height) < plainBelow) {
    // Too small for a pattern: the colour in full, with a gap to its neighbours.
    pen.fillStyle = fill.edge;
    pen.fillRect(x, y, Math.max(0.5, width - 0.7), Math.max(0.5, height - 0.7));
    return;
  }
  if (fill.pattern !== undefined) {
    pen.fillStyle = fill.pattern;
    pen.fillRect(x, y, width, height);
  }
  pen.strokeStyle = fill.edge;
  pen.lineWidth = 0.75;
  pen.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  if (width < 40 || height < lineHeight + 3) return;
  pen.font = `${size}px ${ink.font}`;
  nameCell(pen, cell, ink, fill.soft);
}

/** The name on a plate of the cell's own colour, so that the pattern does not run through it. */
function nameCell(
  pen: CanvasRenderingContext2D,
  cell: MapCell | MapGroup,
  ink: MapInk,
  plate: string,
): void {
  const text = fitted(pen, cell.label, cell.width - 10);
  if (text === '') return;
  pen.fillStyle = plate;
  pen.fillRect(cell.x + 2, cell.y + 2, pen.measureText(text).width + 6, lineHeight);
  pen.fillStyle = ink.text;
  pen.fillText(text, cell.x + 5, cell.y + 12);
}

function write(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  width: number,
): void {
  pen.fillText(fitted(pen, text, width), x, y);
}

/** The text as far as it fits, with its end rather than its beginning: tensors differ in their last part. */
export function fitted(
  pen: Pick<CanvasRenderingContext2D, 'measureText'>,
  text: string,
  width: number,
): string {
  const whole = pen.measureText(text).width;
  if (whole <= width) return text;
  const kept = Math.floor((text.length * (width - 8)) / whole);
  return kept < 3 ? '' : `…${text.slice(-kept)}`;
}

/** Draws what is pointed at and what the keys are at. */
export function paintMarks(
  pen: CanvasRenderingContext2D,
  marks: readonly { readonly box: Box; readonly colour: string; readonly width: number }[],
): void {
  for (const { box, colour, width } of marks) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    const inside = width / 2;
    pen.strokeRect(
      box.x + inside,
      box.y + inside,
      Math.max(1, box.width - width),
      Math.max(1, box.height - width),
    );
  }
}
