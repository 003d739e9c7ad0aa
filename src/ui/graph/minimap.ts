import type { Positions } from '../../core/layout/layout.ts';
import type { Placed } from './placed.ts';
import { colourOf } from './look.ts';
import type { Viewport } from './renderer.ts';
import type { Appearance } from './scene.ts';

/** From the drawing's pixels to the map's and back. */
export interface MinimapScale {
  readonly x: (x: number) => number;
  readonly y: (y: number) => number;
  readonly backX: (x: number) => number;
  readonly backY: (y: number) => number;
  /** Whether all of the drawing is on screen. */
  readonly isWithin: (viewport: Viewport) => boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Free room around the drawing, in the drawing's pixels. */
const margin = 60;

/** Shrinks a drawing into a map of the given size, in its middle; undefined for an empty one. */
export function minimapScale(positions: Positions, size: Size): MinimapScale | undefined {
  if (positions.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    const [x, y] = [positions[i] ?? 0, positions[i + 1] ?? 0];
    left = Math.min(left, x - margin);
    right = Math.max(right, x + margin);
    top = Math.min(top, y - margin);
    bottom = Math.max(bottom, y + margin);
  }
  const factor = Math.min(size.width / (right - left), size.height / (bottom - top));
  const [dx, dy] = [
    size.width / 2 - ((left + right) / 2) * factor,
    size.height / 2 - ((top + bottom) / 2) * factor,
  ];
  return {
    x: (x) => x * factor + dx,
    y: (y) => y * factor + dy,
    backX: (x) => (x - dx) / factor,
    backY: (y) => (y - dy) / factor,
    isWithin: ({ x, y, width, height }) =>
      x <= left + margin &&
      y <= top + margin &&
      x + width >= right - margin &&
      y + height >= bottom - margin,
  };
}

/** Paints every item of a drawing as a dot of its colour; edges would be noise at this size. */
export function drawMinimap(
  canvas: HTMLCanvasElement,
  { plan, positions }: Placed,
  { colouring, theme }: Appearance,
  scale: MinimapScale,
  size: Size,
): void {
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  canvas.width = size.width * ratio;
  canvas.height = size.height * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  plan.items.forEach(({ key, is }, i) => {
    context.fillStyle = colourOf(colouring.shades.get(key), theme);
    const [x, y] = [scale.x(positions[i * 2] ?? 0), scale.y(positions[i * 2 + 1] ?? 0)];
    const side = is === 'model' ? 3 : 4.5;
    context.fillRect(x - side / 2, y - side / 2, side, side);
  });
}
