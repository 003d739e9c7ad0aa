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
 * A drawing as data sets of digits hold them: white on black, cut to what is drawn, in the middle of a
 * square (or of the pad's proportions) with a fifth of it as margin.
 */
export function greyOf(image: ImageData): TryInput | undefined {
  const { width, height, data } = image;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if ((data[(y * width + x) * 4] ?? 0) > 40) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
  if (right < 0) return undefined;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const ratio = width / height;
  const outHeight = Math.max(8, Math.round(Math.max(h, w / ratio) / 0.8));
  const outWidth = Math.max(8, Math.round(outHeight * ratio));
  const [dx, dy] = [Math.round((outWidth - w) / 2) - left, Math.round((outHeight - h) / 2) - top];
  const pixels = new Uint8Array(outWidth * outHeight);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++)
      pixels[(y + dy) * outWidth + x + dx] = data[(y * width + x) * 4] ?? 0;
  return { is: 'pixels', width: outWidth, height: outHeight, channels: 1, pixels };
}
