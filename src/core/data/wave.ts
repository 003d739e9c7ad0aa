import { cosPi, sinPi } from './elementary.ts';
import type { RawClip } from './rawExamples.ts';

/** Zero crossings of the sinc on each side: more is sharper and slower. */
const crossings = 16;

/**
 * A clip at another sample rate, by a sinc under a Hann window, 16 zero crossings to each side, cut off
 * below the lower of both Nyquist frequencies. The caller owns the result unless the rate stays.
 *
 * Source: J. O. Smith, "Digital Audio Resampling", CCRMA.
 */
export function resample(
  { samples, sampleRate }: RawClip,
  rate: number,
): Float32Array<ArrayBuffer> {
  if (rate === sampleRate) return samples;
  const ratio = sampleRate / rate;
  const count = Math.max(samples.length === 0 ? 0 : 1, Math.round(samples.length / ratio));
  // Of the source's Nyquist frequency.
  const cutoff = Math.min(1, 1 / ratio);
  const reach = crossings / cutoff;
  // Rates in whole numbers repeat: the weights of each phase are made once.
  const phases = new Map<number, Float64Array>();
  const period = rate / greatestDivisor(rate, sampleRate);
  return Float32Array.from({ length: count }, (_, at) => {
    const place = at * ratio;
    const start = Math.ceil(place - reach);
    let weights = phases.get(at % period);
    if (weights === undefined) {
      weights = sincWeights(place - start, reach, cutoff);
      phases.set(at % period, weights);
    }
    let sum = 0;
    for (let k = 0; k < weights.length; k++) {
      const from = start + k;
      if (from >= 0 && from < samples.length) sum += (samples[from] as number) * (weights[k] as number); // prettier-ignore
    }
    return sum;
  });
}

/** Weights of the samples from `offset` before the place to `reach` after it; they sum to 1. */
function sincWeights(offset: number, reach: number, cutoff: number): Float64Array {
  const weights = Float64Array.from({ length: Math.floor(offset + reach) + 1 }, (_, k) => {
    const distance = k - offset;
    const x = distance * cutoff;
    const sinc = x === 0 ? 1 : sinPi(x) / (Math.PI * x);
    return sinc * (0.5 + 0.5 * cosPi(distance / reach));
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** `samples` cut or padded with silence at its end, in an array of its own. */
export function fitLength(samples: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const fitted = new Float32Array(length);
  fitted.set(samples.subarray(0, length));
  return fitted;
}
