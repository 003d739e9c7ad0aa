import type { RawImage } from '../../core/data/rawExamples.ts';

/** A picture as a decoder gives it; 4 channels have opacity last. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** Row by row, the channels of a pixel together. */
  readonly data: Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>;
}

/** Pictures are decoded by the platform: the browser knows PNG, JPEG, WebP, GIF, BMP and AVIF. */
export interface ImageDecoder {
  /**
   * The first picture of a file.
   *
   * @param mime - `image/png` and the like, by the file's first bytes.
   * @throws any error with a message for people when the bytes are no picture.
   */
  decode(bytes: Uint8Array<ArrayBuffer>, mime: string): Promise<DecodedImage>;
}

/** What reading data sets needs of the platform. */
export interface DatasetPorts {
  readonly images: ImageDecoder;
  /** Lets other events of the thread come, so that a cancellation can arrive; resolves soon. */
  readonly pause: () => Promise<void>;
}

/** A picture on white, without opacity, and with one channel where it is grey. */
export function plainImage({ width, height, channels, data }: DecodedImage): RawImage {
  const pixels = width * height;
  if (channels === 1) return { width, height, channels, data: new Uint8Array(data) };
  const coloured = new Uint8Array(pixels * 3);
  let grey = true;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const opacity = channels === 4 ? (data[pixel * 4 + 3] as number) : 255;
    for (let c = 0; c < 3; c++) {
      const value = data[pixel * channels + c] as number;
      coloured[pixel * 3 + c] = Math.round((value * opacity + 255 * (255 - opacity)) / 255);
    }
    const at = pixel * 3;
    if (coloured[at] !== coloured[at + 1] || coloured[at] !== coloured[at + 2]) grey = false;
  }
  if (!grey) return { width, height, channels: 3, data: coloured };
  const data1 = Uint8Array.from({ length: pixels }, (_, pixel) => coloured[pixel * 3] as number);
  return { width, height, channels: 1, data: data1 };
}
