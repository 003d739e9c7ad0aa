import type { RawColumn, RawImage } from './rawExamples.ts';
import { sizeOf } from './rawExamples.ts';

/**
 * A row of a column of pictures, or of an array of `[H, W]`, `[C, H, W]` or `[H, W, C]`. Numbers that are
 * no bytes are stretched: 0 to 1 becomes 0 to 255, other ranges from the example's least to its most.
 */
export function imageOf(column: RawColumn, row: number): RawImage {
  if (column.is === 'images') {
    const image = column.images[row];
    if (image === undefined) throw new Error(`no example ${row}`);
    return image;
  }
  if (column.is !== 'numbers') throw new Error(`${column.name} holds no pictures`);
  const size = sizeOf(column.shape);
  const values = column.data.subarray(row * size, (row + 1) * size);
  return arrangePixels(asBytes(values), column.shape);
}

/** Whether an array of this shape can be seen as a picture. */
export function isPictureShape(shape: readonly number[]): boolean {
  return shape.length === 2 || (shape.length === 3 && channelAxis(shape) !== undefined);
}

/** Which axis of `[C, H, W]` or `[H, W, C]` is the channels' one; undefined where none has 1 or 3. */
export function channelAxis([first, , third]: readonly number[]): 0 | 2 | undefined {
  if (first === 1 || first === 3) return 0;
  return third === 1 || third === 3 ? 2 : undefined;
}

function arrangePixels(bytes: Uint8Array<ArrayBuffer>, shape: readonly number[]): RawImage {
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 2) return { height: first, width: second, channels: 1, data: bytes };
  const axis = channelAxis(shape);
  if (axis === undefined) throw new Error(`no picture has shape [${shape.join(', ')}]`);
  if (axis === 2) return { height: first, width: second, channels: third as 1 | 3, data: bytes };
  const pixels = second * third;
  const data = new Uint8Array(bytes.length);
  for (let c = 0; c < first; c++)
    for (let pixel = 0; pixel < pixels; pixel++)
      data[pixel * first + c] = bytes[c * pixels + pixel] as number;
  return { height: second, width: third, channels: first as 1 | 3, data };
}

function asBytes(values: Float32Array | Float64Array | Uint8Array): Uint8Array<ArrayBuffer> {
  if (values instanceof Uint8Array) return new Uint8Array(values);
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low >= 0 && high <= 1) [low, high] = [0, 1];
  else if (low >= 0 && high <= 255) [low, high] = [0, 255];
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(values, (value) => Math.floor((value - low) * scale + 0.5));
}
