import { exponential } from '../elementary.ts';
import { fitted, upTo, type Draws, type ImageForm, type Stored } from './form.ts';

/** Blurs by a Gaussian whose deviation is drawn from 0 to `radius` pixels; edges are continued. */
export function blur(values: Stored, form: ImageForm, radius: number, draws: Draws): void {
  const kernel = gaussian(upTo(radius, draws));
  const { height, width, channels, rowStep, pixelStep, channelStep } = form;
  const plane = new Float64Array(height * width);
  for (let c = 0; c < channels; c++) {
    const base = c * channelStep;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        plane[y * width + x] = weighted(values, base + y * rowStep, pixelStep, x, width, kernel);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        values[base + y * rowStep + x * pixelStep] = fitted(
          values,
          weighted(plane, x, width, y, height, kernel),
        );
  }
}

/** The sum of a line's values around `at`, by `kernel` (its middle and one side). */
function weighted(
  line: Stored | Float64Array,
  start: number,
  step: number,
  at: number,
  count: number,
  kernel: Float64Array,
): number {
  let sum = (line[start + at * step] as number) * (kernel[0] as number);
  for (let k = 1; k < kernel.length; k++) {
    const before = line[start + Math.max(0, at - k) * step] as number;
    const after = line[start + Math.min(count - 1, at + k) * step] as number;
    sum += (before + after) * (kernel[k] as number);
  }
  return sum;
}

function gaussian(deviation: number): Float64Array {
  const reach = Math.ceil(3 * deviation);
  // Below a tenth of a pixel the neighbours' weight vanishes.
  if (deviation < 0.1) return Float64Array.of(1);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) =>
    exponential(Math.max(-700, -(k * k) / (2 * deviation * deviation))),
  );
  const total = 2 * kernel.reduce((sum, weight) => sum + weight, 0) - 1;
  return kernel.map((weight) => weight / total);
}
