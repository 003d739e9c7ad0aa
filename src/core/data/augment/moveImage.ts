import { cosPi, sinPi } from '../elementary.ts';
import { fitted, perhaps, upTo, type Draws, type ImageForm, type Stored } from './form.ts';

/** Shifts by whole pixels, drawn from −`pixels` to `pixels` each way; what comes in continues the edge. */
export function shift(
  values: Stored,
  form: ImageForm,
  pixels: number,
  { random, full }: Draws,
): void {
  const most = Math.floor(pixels);
  const drawn = (): number =>
    full ? (random.below(2) === 1 ? most : -most) : random.below(2 * most + 1) - most;
  const down = drawn();
  const right = drawn();
  takePixels(values, form, (y, x) => [y - down, x - right]);
}

/** Turns about the middle by an angle from −`degrees` to `degrees`, bilinear; edges are continued. */
export function rotate(values: Stored, form: ImageForm, degrees: number, draws: Draws): void {
  const angle = upTo(degrees, draws) * (draws.random.below(2) === 1 ? 1 : -1);
  const cos = cosPi(angle / 180);
  const sin = sinPi(angle / 180);
  const middleY = (form.height - 1) / 2;
  const middleX = (form.width - 1) / 2;
  takePixels(values, form, (y, x) => [
    middleY + (y - middleY) * cos - (x - middleX) * sin,
    middleX + (y - middleY) * sin + (x - middleX) * cos,
  ]);
}

/** Mirrors left and right, half of the time. */
export function flip(values: Stored, form: ImageForm, draws: Draws): void {
  if (perhaps(draws)) takePixels(values, form, (y, x) => [y, form.width - 1 - x]);
}

/** Each pixel becomes what lies at `from` of it, between pixels interpolated. */
function takePixels(
  values: Stored,
  form: ImageForm,
  from: (y: number, x: number) => readonly [y: number, x: number],
): void {
  const before = values.slice();
  const { height, width, rowStep, pixelStep } = form;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [wantedY, wantedX] = from(y, x);
      const sourceY = Math.min(height - 1, Math.max(0, wantedY));
      const sourceX = Math.min(width - 1, Math.max(0, wantedX));
      const top = Math.floor(sourceY);
      const left = Math.floor(sourceX);
      const at = y * rowStep + x * pixelStep;
      for (let c = 0; c < form.channels; c++) {
        const base = c * form.channelStep;
        const pixel = (row: number, column: number): number =>
          before[
            base + Math.min(height - 1, row) * rowStep + Math.min(width - 1, column) * pixelStep
          ] as number;
        const upper = between(pixel(top, left), pixel(top, left + 1), sourceX - left);
        const lower = between(pixel(top + 1, left), pixel(top + 1, left + 1), sourceX - left);
        values[at + base] = fitted(values, between(upper, lower, sourceY - top));
      }
    }
}

function between(a: number, b: number, share: number): number {
  return share === 0 ? a : a + (b - a) * share;
}
