import type { TryInput, TryView } from '../../core/creationViews.ts';
import { LineageError } from '../../core/lineageError.ts';

/** An input as a script gives it: text, numbers, an image as a canvas holds it, or as the wire wants it. */
export type GivenInput = string | readonly number[] | ImageData | TryInput;

/** An image as a canvas holds it, without its transparency: what is clear counts as black. */
export function pixelsOf(image: ImageData): TryInput {
  const { width, height, data } = image;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = (data[i * 4 + 3] ?? 255) / 255;
    for (let c = 0; c < 3; c++) pixels[i * 3 + c] = (data[i * 4 + c] ?? 0) * alpha;
  }
  return { is: 'pixels', width, height, channels: 3, pixels };
}

function read(given: GivenInput): TryInput {
  if (typeof given === 'string') return { is: 'text', text: given };
  if (Array.isArray(given)) return { is: 'numbers', values: given as readonly number[] };
  if ('is' in given) return given;
  return pixelsOf(given as ImageData);
}

/**
 * The one input of a model, by its name.
 *
 * @throws LineageError `data-unfit` - the model cannot be tried, or has several inputs.
 */
export function givenInput(view: TryView, given: GivenInput): Readonly<Record<string, TryInput>> {
  if (view.unfit !== undefined) throw new LineageError('data-unfit', { reason: view.unfit });
  const [input, ...more] = view.inputs;
  if (input === undefined || more.length > 0)
    throw new LineageError('data-unfit', {
      reason: `the model has ${view.inputs.length} inputs: give each by name to mgit.predict`,
    });
  return { [input.name]: read(given) };
}
