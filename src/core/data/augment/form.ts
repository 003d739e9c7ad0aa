import type { Finish } from '../../training/trainJob.ts';
import type { Column, Holds } from '../examples.ts';
import type { Random } from '../random.ts';

/** The stored numbers of one example; an augmentation changes them in place. */
export type Stored = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** How the numbers of an image lie. Offset of a pixel: row × rowStep + column × pixelStep + channel × channelStep. */
export interface ImageForm {
  readonly is: 'image' | 'spectrogram';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rowStep: number;
  readonly pixelStep: number;
  readonly channelStep: number;
  /** The full range of a value: 255 for bytes, 1 for others. */
  readonly unit: number;
}

/** What the numbers of an example are, so that an augmentation knows what to do to them. */
export type Form =
  | ImageForm
  | { readonly is: 'wave' }
  | { readonly is: 'tokens' }
  /** `units[i % units.length]` of value i is one standard deviation, in stored units; blocks of `run`. */
  | { readonly is: 'numbers'; readonly units: readonly number[]; readonly run: number };

/** Where an augmentation's draws come from. */
export interface Draws {
  readonly random: Random;
  /** Of a fixed copy: a share or size is the full one, and what is done half of the time is done. */
  readonly full: boolean;
}

/** A strength from 0 to `most`, evenly drawn. */
export function upTo(most: number, { random, full }: Draws): number {
  return full ? most : random.uniform() * most;
}

/** Yes half of the time. */
export function perhaps({ random, full }: Draws): boolean {
  return full || random.below(2) === 1;
}

/** `value` as `values` can hold it: whole and 0 to 255 for bytes. */
export function fitted(values: Stored, value: number): number {
  if (!(values instanceof Uint8Array)) return value;
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/** The smallest and largest value there can be: of bytes 0 and 255, of others those of the example. */
export function rangeOf(values: Stored): readonly [low: number, high: number] {
  if (values instanceof Uint8Array) return [0, 255];
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** How the examples of a column lie, and in which unit noise is measured. */
export function formOf(column: Column, finish: Finish | undefined): Form {
  const holds = column.holds ?? guessed(column);
  if (holds === 'wave' || holds === 'tokens') return { is: holds };
  if (holds === 'numbers') return { is: 'numbers', ...units(column, finish) };
  return imageForm(holds, column, finish);
}

function guessed({ dtype, shape }: Column): Holds {
  if (dtype === 'i32') return 'tokens';
  return dtype === 'u8' && shape.length >= 2 ? 'image' : 'numbers';
}

function units(
  { shape }: Column,
  finish: Finish | undefined,
): { readonly units: readonly number[]; readonly run: number } {
  if (finish === undefined) return { units: [1], run: 1 };
  const units = finish.deviation.map((deviation) => deviation / finish.scale);
  return {
    units,
    run: shape.slice(finish.axis + 1).reduce((product, extent) => product * extent, 1),
  };
}

function imageForm(
  holds: 'image' | 'spectrogram',
  column: Column,
  finish: Finish | undefined,
): ImageForm {
  const unit = column.dtype === 'u8' ? 255 : 1;
  const { shape } = column;
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 2)
    return { is: holds, height: first, width: second, channels: 1, rowStep: second, pixelStep: 1, channelStep: 0, unit }; // prettier-ignore
  if (shape.length !== 3) throw new Error(`not the shape of an image: [${shape.join(', ')}]`);
  const channelsLast = finish === undefined ? first > 4 && third <= 4 : finish.axis === 2;
  if (channelsLast)
    return { is: holds, height: first, width: second, channels: third, rowStep: second * third, pixelStep: third, channelStep: 1, unit }; // prettier-ignore
  return { is: holds, height: second, width: third, channels: first, rowStep: third, pixelStep: 1, channelStep: second * third, unit }; // prettier-ignore
}
