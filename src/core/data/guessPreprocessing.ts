import type { ValueInfo } from '../network/network.ts';
import type { Preprocessing } from './dataUse.ts';

/** Extents that a network leaves open, where a try has to choose one: a usual picture, a second. */
const openPixels = 224;
const openSamples = 16_000;
const sampleRate = 16_000;

/** From this many samples on, a row of numbers is taken for sound. */
const shortestWave = 400;

/**
 * What an input of this type most likely is, for trying a model that no recipe tells of: a picture for
 * `[N, 1|3, H, W]` and `[N, H, W, 1|3]`, sound for a long row, else numbers. A guess: shown as one.
 *
 * @param info - its first axis is taken to be the examples'.
 */
export function guessPreprocessing(info: ValueInfo): Preprocessing {
  const shape = info.shape.slice(1);
  const isFloat = info.dtype === 'f32' || info.dtype === 'f16';
  return (
    (isFloat ? (asImage(shape) ?? asWave(shape)) : undefined) ?? {
      is: 'numbers',
      columns: [info.name],
      shape: shape.map((extent) => (typeof extent === 'number' ? extent : 1)),
      mean: [0],
      deviation: [1],
    }
  );
}

function asImage(shape: ValueInfo['shape']): Preprocessing | undefined {
  if (shape.length !== 3) return undefined;
  const [a, b, c] = shape;
  const channelsFirst = isChannels(a);
  if (!channelsFirst && !isChannels(c)) return undefined;
  const [height, width] = channelsFirst ? [b, c] : [a, b];
  if (isTiny(height) || isTiny(width)) return undefined;
  const channels = (channelsFirst ? a : c) as 1 | 3;
  return {
    is: 'image',
    column: 'image',
    height: pixels(height),
    width: pixels(width),
    channels,
    layout: channelsFirst ? 'NCHW' : 'NHWC',
    scale: 1 / 255,
    mean: [0],
    deviation: [1],
    invert: false,
  };
}

const isChannels = (extent: number | string | undefined) => extent === 1 || extent === 3;
const pixels = (extent: number | string | undefined) =>
  typeof extent === 'number' ? extent : openPixels;
const isTiny = (extent: number | string | undefined) => typeof extent === 'number' && extent < 5;

function asWave(shape: ValueInfo['shape']): Preprocessing | undefined {
  const last = shape.at(-1);
  const others = shape.slice(0, -1);
  if (last === undefined || others.length > 1 || others.some((extent) => extent !== 1))
    return undefined;
  if (typeof last === 'number' && last < shortestWave) return undefined;
  const samples = typeof last === 'number' ? last : openSamples;
  return {
    is: 'wave',
    column: 'audio',
    sampleRate,
    samples,
    shape: [...others.map(() => 1), samples],
  };
}
