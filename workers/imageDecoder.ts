import type { ImageDecoder } from '../src/formats/data/datasetPorts.ts';

/** The browser's own decoder, in a worker: pixels as the file has them, without colour management. */
export const imageDecoder: ImageDecoder = {
  async decode(bytes, mime) {
    const bitmap = await createImageBitmap(new Blob([bytes], { type: mime }), {
      // Replays in another browser or on another screen must see the same pixels.
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    }).catch((cause: unknown) => {
      throw new Error('the browser cannot decode it: it is damaged or of a kind it does not know', {
        cause,
      });
    });
    try {
      const { width, height } = bitmap;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('the browser gives no canvas to decode it on');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, channels: 4, data };
    } finally {
      bitmap.close();
    }
  },
};
