import type { SampleView } from '../../core/creationViews.ts';

/** Draws an image sample into a canvas of its size. */
export function paint(
  canvas: HTMLCanvasElement,
  sample: Pick<Extract<SampleView, { is: 'image' }>, 'width' | 'height' | 'channels' | 'pixels'>,
): void {
  const context = canvas.getContext('2d');
  // A browser may refuse a context (too many at once): the label below says what it is.
  if (context === null) return;
  const { width, height, channels, pixels } = sample;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++)
      image.data[i * 4 + c] = pixels[i * channels + (channels === 1 ? 0 : c)] ?? 0;
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
