import type { TryInput } from '../../core/creationViews.ts';
import { pixelsOf } from './givenInput.ts';

/** Above this many pixels on a side an image is made smaller first: models take far less. */
const largestSide = 1024;

/**
 * An image file as pixels, as the browser decodes it.
 *
 * @throws Error - the browser cannot decode it.
 */
export async function imageOf(file: Blob): Promise<Extract<TryInput, { is: 'pixels' }>> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (cause) {
    throw new Error('this browser cannot decode the image', { cause });
  }
  const scale = Math.min(1, largestSide / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext(
    '2d',
  );
  if (context === null) throw new Error('this browser gives no canvas to read the image with');
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return pixelsOf(context.getImageData(0, 0, width, height)) as Extract<TryInput, { is: 'pixels' }>;
}

/**
 * A sound file, or a recording, as mono samples, as the browser decodes it.
 *
 * @throws Error - the browser cannot decode it.
 */
export async function waveOf(file: Blob): Promise<Extract<TryInput, { is: 'wave' }>> {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const samples = new Float32Array(sound.length);
    for (let channel = 0; channel < sound.numberOfChannels; channel++) {
      const values = sound.getChannelData(channel);
      for (let i = 0; i < samples.length; i++)
        samples[i] = (samples[i] ?? 0) + (values[i] ?? 0) / sound.numberOfChannels;
    }
    return { is: 'wave', sampleRate: sound.sampleRate, samples };
  } catch (cause) {
    throw new Error('this browser cannot decode the sound', { cause });
  } finally {
    await context.close();
  }
}

/** Minimum and maximum of equal slices of a sound, for drawing it. */
export function peaksOf(samples: Float32Array, slices: number): (readonly [number, number])[] {
  const size = samples.length / slices;
  return Array.from({ length: Math.min(slices, samples.length) }, (_, i) => {
    const part = samples.subarray(Math.floor(i * size), Math.max(Math.floor((i + 1) * size), 1));
    let [low, high] = [0, 0];
    for (const value of part) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return [low, high] as const;
  });
}
