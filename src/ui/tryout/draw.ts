import type { TryInput } from '../../core/creationViews.ts';

/** Draws a round stroke in white, or wipes it in black. */
export function strokeBetween(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
  thickness: number,
  white: boolean,
): void {
  context.strokeStyle = white ? 'white' : 'black';
  context.lineWidth = thickness;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(...from);
  // A stroke of no length draws nothing: a dot is a very short one.
  context.lineTo(to[0] + (from[0] === to[0] && from[1] === to[1] ? 0.01 : 0), to[1]);
  context.stroke();
}

/**
 * A drawing as data sets of digits hold them: white on black, with what is drawn as large as `fill` of the
 * height, and its centre of mass in the middle, as MNIST has it.
 *
 * @param fill - 0 to 1.
 * @returns undefined where nothing is drawn.
 */
export function greyOf(image: ImageData, fill: number): TryInput | undefined {
  const { width, height, data } = image;
  const ink = inkOf(image);
  if (ink === undefined) return undefined;
  const ratio = width / height;
  const outHeight = Math.max(8, Math.round(Math.max(ink.height, ink.width / ratio) / fill));
  const outWidth = Math.max(8, Math.round(outHeight * ratio));
  const dx = shiftOf(outWidth, ink.left, ink.width, ink.x);
  const dy = shiftOf(outHeight, ink.top, ink.height, ink.y);
  const pixels = new Uint8Array(outWidth * outHeight);
  for (let y = ink.top; y < ink.top + ink.height; y++)
    for (let x = ink.left; x < ink.left + ink.width; x++)
      pixels[(y + dy) * outWidth + x + dx] = data[(y * width + x) * 4] ?? 0;
  return { is: 'pixels', width: outWidth, height: outHeight, channels: 1, pixels };
}

/** Brings the centre of mass to the middle of `size`, as far as the drawing stays inside. */
function shiftOf(size: number, start: number, extent: number, centre: number): number {
  const wanted = Math.round((size - 1) / 2 - centre);
  return Math.max(-start, Math.min(size - start - extent, wanted));
}

/** Where a drawing is, and its centre of mass. */
function inkOf({ width, height, data }: ImageData) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  let [sum, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = data[(y * width + x) * 4] ?? 0;
      if (value <= faintest) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      sum += value;
      sumX += value * x;
      sumY += value * y;
    }
  if (sum === 0) return undefined;
  const [x, y] = [sumX / sum, sumY / sum];
  return { left, top, width: right - left + 1, height: bottom - top + 1, x, y };
}

/** Of 255: what is fainter is the edge of a stroke. */
const faintest = 40;
