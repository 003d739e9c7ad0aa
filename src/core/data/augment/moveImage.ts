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
  takePixels(values, form, { y: -down, x: -right, cos: 1, sin: 0 });
}

/** Turns about the middle by an angle from −`degrees` to `degrees`, bilinear; edges are continued. */
export function rotate(values: Stored, form: ImageForm, degrees: number, draws: Draws): void {
  const angle = upTo(degrees, draws) * (draws.random.below(2) === 1 ? 1 : -1);
  const cos = cosPi(angle / 180);
  const sin = sinPi(angle / 180);
  const middleY = (form.height - 1) / 2;
  const middleX = (form.width - 1) / 2;
  // Where the middle turned about the corner would lie, back to the middle.
  const y = middleY - middleY * cos + middleX * sin;
  const x = middleX - middleY * sin - middleX * cos;
  takePixels(values, form, { y, x, cos, sin });
}

/** Mirrors left and right, half of the time. */
export function flip(values: Stored, form: ImageForm, draws: Draws): void {
  if (!perhaps(draws)) return;
  const last = form.width - 1;
  for (let y = 0; y < form.height; y++)
    for (let c = 0; c < form.channels; c++) {
      const line = y * form.rowStep + c * form.channelStep;
      for (let x = 0; x < last - x; x++) {
        const left = line + x * form.pixelStep;
        const right = line + (last - x) * form.pixelStep;
        const kept = values[left] as number;
        values[left] = values[right] as number;
        values[right] = kept;
      }
    }
}

/** Source of pixel (y, x): `y + cos·y − sin·x` down and `x + sin·y + cos·x` to the right. */
interface Movement {
  readonly y: number;
  readonly x: number;
  readonly cos: number;
  readonly sin: number;
}

/** Each pixel becomes what lies at its source, between pixels interpolated; edges are continued. */
function takePixels(values: Stored, form: ImageForm, move: Movement): void {
  const before = values.slice();
  const { height, width, rowStep, pixelStep, channels, channelStep } = form;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sourceY = within(move.y + move.cos * y - move.sin * x, height - 1);
      const sourceX = within(move.x + move.sin * y + move.cos * x, width - 1);
      const top = Math.floor(sourceY);
      const left = Math.floor(sourceX);
      const shareY = sourceY - top;
      const shareX = sourceX - left;
      const at = top * rowStep + left * pixelStep;
      // The last row and column have no next, and then no share of it.
      const right = shareX > 0 ? pixelStep : 0;
      const below = shareY > 0 ? rowStep : 0;
      for (let c = 0; c < channels; c++) {
        const base = at + c * channelStep;
        const a = before[base] as number;
        const b = before[base + right] as number;
        const d = before[base + below] as number;
        const e = before[base + below + right] as number;
        const upper = a + (b - a) * shareX;
        const value = upper + (d + (e - d) * shareX - upper) * shareY;
        values[y * rowStep + x * pixelStep + c * channelStep] = fitted(values, value);
      }
    }
}

function within(place: number, last: number): number {
  return place < 0 ? 0 : place > last ? last : place;
}
