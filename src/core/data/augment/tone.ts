import { exponential, naturalLog } from '../elementary.ts';
import { fitted, perhaps, rangeOf, upTo, type Draws, type ImageForm, type Stored } from './form.ts';

/** Stretches the distance of each value from the mean by 1 / `factor` to `factor`, evenly in the logarithm. */
export function contrast(values: Stored, factor: number, draws: Draws): void {
  const sign = draws.full || draws.random.below(2) === 1 ? 1 : -1;
  const stretch = exponential(sign * upTo(naturalLog(factor), draws));
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++)
    values[i] = fitted(values, mean + ((values[i] as number) - mean) * stretch);
}

/** Dark becomes light, half of the time. */
export function invert(values: Stored, draws: Draws): void {
  if (!perhaps(draws)) return;
  const [low, high] = rangeOf(values);
  for (let i = 0; i < values.length; i++) values[i] = low + high - (values[i] as number);
}

/** Fills a square of side 1 to `pixels` with the mean of the image, at a random place. */
export function occlude(values: Stored, form: ImageForm, pixels: number, draws: Draws): void {
  const { random, full } = draws;
  const largest = Math.max(1, Math.floor(pixels));
  const side = full ? largest : 1 + random.below(largest);
  const top = random.below(form.height);
  const left = random.below(form.width);
  for (let c = 0; c < form.channels; c++)
    fill(values, form, c, {
      top: top - Math.floor(side / 2),
      left: left - Math.floor(side / 2),
      side,
    });
}

interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

function fill(values: Stored, form: ImageForm, channel: number, square: Square): void {
  const base = channel * form.channelStep;
  const whole = { top: 0, left: 0, side: Math.max(form.height, form.width) };
  const mean = meanOf(values, form, base, whole);
  eachPixel(form, base, square, (at) => {
    values[at] = fitted(values, mean);
  });
}

/** Makes blocks of side 1 to `pixels` one colour each, their mean. */
export function pixelate(values: Stored, form: ImageForm, pixels: number, draws: Draws): void {
  const largest = Math.max(1, Math.floor(pixels));
  const side = draws.full ? largest : 1 + draws.random.below(largest);
  for (let c = 0; c < form.channels; c++)
    for (let top = 0; top < form.height; top += side)
      for (let left = 0; left < form.width; left += side) {
        const base = c * form.channelStep;
        const square = { top, left, side };
        const mean = meanOf(values, form, base, square);
        eachPixel(form, base, square, (at) => {
          values[at] = fitted(values, mean);
        });
      }
}

function meanOf(values: Stored, form: ImageForm, base: number, square: Square): number {
  let sum = 0;
  let count = 0;
  eachPixel(form, base, square, (at) => {
    sum += values[at] as number;
    count++;
  });
  return sum / count;
}

function eachPixel(
  form: ImageForm,
  base: number,
  square: Square,
  visit: (at: number) => void,
): void {
  const bottom = Math.min(form.height, square.top + square.side);
  const right = Math.min(form.width, square.left + square.side);
  for (let y = Math.max(0, square.top); y < bottom; y++)
    for (let x = Math.max(0, square.left); x < right; x++)
      visit(base + y * form.rowStep + x * form.pixelStep);
}
