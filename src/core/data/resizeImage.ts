import type { RawImage } from './rawExamples.ts';

/**
 * A picture in another size: each side by the mean of the area a pixel covers where it gets smaller,
 * and bilinear between pixels' middles where it gets larger. The caller owns the result, unless the size
 * stays: then it is the same picture.
 */
export function resizeImage(image: RawImage, height: number, width: number): RawImage {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const across = taps(image.width, width);
  const down = taps(image.height, height);
  const rows = new Float64Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++)
    for (const [x, { start, weights }] of across.entries())
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum +=
            (image.data[(y * image.width + start + k) * channels + c] as number) *
            (weights[k] as number);
        rows[(y * width + x) * channels + c] = sum;
      }
  const data = new Uint8Array(height * width * channels);
  const line = width * channels;
  for (const [y, { start, weights }] of down.entries())
    for (let i = 0; i < line; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++)
        sum += (rows[(start + k) * line + i] as number) * (weights[k] as number);
      data[y * line + i] = Math.min(255, Math.max(0, Math.floor(sum + 0.5)));
    }
  return { width, height, channels, data };
}

/** The picture in one channel (luma of ITU-R BT.601) or in three equal ones. */
export function withChannels(image: RawImage, channels: 1 | 3): RawImage {
  if (image.channels === channels) return image;
  const pixels = image.width * image.height;
  const data = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (channels === 3) data.fill(image.data[pixel] as number, pixel * 3, pixel * 3 + 3);
    else {
      const [red = 0, green = 0, blue = 0] = image.data.subarray(pixel * 3, pixel * 3 + 3);
      data[pixel] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
  }
  return { ...image, channels, data };
}

/** Which source pixels make one pixel, and by how much; weights sum to 1. */
interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

function taps(from: number, to: number): Taps[] {
  const ratio = from / to;
  return Array.from({ length: to }, (_, at) =>
    ratio > 1
      ? covered(at * ratio, (at + 1) * ratio, from)
      : between((at + 0.5) * ratio - 0.5, from),
  );
}

function covered(begin: number, end: number, count: number): Taps {
  const start = Math.floor(begin);
  const stop = Math.min(count, Math.ceil(end));
  const weights = Float64Array.from({ length: stop - start }, (_, k) => {
    const low = Math.max(begin, start + k);
    return Math.max(0, Math.min(end, start + k + 1) - low) / (end - begin);
  });
  return { start, weights };
}

function between(place: number, count: number): Taps {
  const inside = Math.min(count - 1, Math.max(0, place));
  const start = Math.floor(inside);
  const share = inside - start;
  if (share === 0) return { start, weights: Float64Array.of(1) };
  return { start, weights: Float64Array.of(1 - share, share) };
}
