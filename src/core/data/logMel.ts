import { cosPi, exponential, naturalLog, sinPi } from './elementary.ts';

export interface LogMelSettings {
  readonly sampleRate: number;
  readonly mels: number;
  readonly frames: number;
  /** Samples of a window: a power of two. */
  readonly window: number;
  readonly hop: number;
}

/**
 * log(mel power + 1e-6) of a wave, `[mels, frames]`, with mean 0 and deviation 1 over the clip. Frame f
 * begins at sample f × hop; beyond the end is silence.
 *
 * Periodic Hann window; triangles evenly spaced in mel from 0 to half the rate, height 1.
 * Source: HTK Book, section 5.4: mel(f) = 2595 log10(1 + f / 700).
 *
 * @returns f32, owned by the caller; all 0 for a clip of silence.
 */
export function logMel(samples: Float32Array, settings: LogMelSettings): Float32Array<ArrayBuffer> {
  const { window, hop, mels, frames } = settings;
  const bank = melBank(settings);
  const hann = hannWindow(window);
  const real = new Float64Array(window);
  const imaginary = new Float64Array(window);
  const values = new Float64Array(mels * frames);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < window; i++)
      real[i] = (samples[frame * hop + i] ?? 0) * (hann[i] as number);
    imaginary.fill(0);
    fft(real, imaginary);
    for (const [mel, { start, weights }] of bank.entries()) {
      let power = 0;
      for (let k = 0; k < weights.length; k++) {
        const re = real[start + k] as number;
        const im = imaginary[start + k] as number;
        power += (re * re + im * im) * (weights[k] as number);
      }
      values[mel * frames + frame] = naturalLog(power + 1e-6);
    }
  }
  return standardised(values);
}

function standardised(values: Float64Array): Float32Array<ArrayBuffer> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(square);
  // Silence is the same everywhere; its rounding errors are no signal.
  const scale = deviation > 1e-9 ? 1 / deviation : 0;
  return Float32Array.from(values, (value) => (value - mean) * scale);
}

interface MelFilter {
  /** First bin of the spectrum it takes. */
  readonly start: number;
  readonly weights: Float64Array;
}

const banks = new Map<string, readonly MelFilter[]>();

/** Triangles over the bins of a spectrum; one that is narrower than a bin takes the nearest bin. */
export function melBank({ sampleRate, mels, window }: LogMelSettings): readonly MelFilter[] {
  const key = [sampleRate, mels, window].join();
  const known = banks.get(key);
  if (known !== undefined) return known;
  const half = window / 2;
  const top = melOf(sampleRate / 2);
  const edges = Array.from(
    { length: mels + 2 },
    (_, at) => (frequencyOf((top * at) / (mels + 1)) * window) / sampleRate,
  );
  const bank = Array.from({ length: mels }, (_, mel): MelFilter => {
    const [left = 0, middle = 0, right = 0] = edges.slice(mel, mel + 3);
    const start = Math.ceil(left);
    const weights = Float64Array.from(
      { length: Math.max(0, Math.min(half, Math.floor(right)) - start + 1) },
      (_, k) => {
        const bin = start + k;
        return bin <= middle
          ? (bin - left) / (middle - left)
          : Math.max(0, (right - bin) / (right - middle));
      },
    );
    if (weights.some((weight) => weight > 0)) return { start, weights };
    return { start: Math.min(half, Math.round(middle)), weights: Float64Array.of(1) };
  });
  if (banks.size >= 8) banks.clear();
  banks.set(key, bank);
  return bank;
}

/** Source: HTK Book, section 5.4. */
function melOf(frequency: number): number {
  return (2595 * naturalLog(1 + frequency / 700)) / Math.LN10;
}

function frequencyOf(mel: number): number {
  return 700 * (exponential((mel * Math.LN10) / 2595) - 1);
}

function hannWindow(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * cosPi((2 * i) / length));
}

/**
 * Discrete Fourier transform in place, of a power of two of complex numbers.
 *
 * Source: Cooley and Tukey (1965), radix 2, decimation in time.
 */
export function fft(real: Float64Array, imaginary: Float64Array): void {
  const count = real.length;
  if (count < 1 || (count & (count - 1)) !== 0) throw new Error(`no power of two: ${count}`);
  for (let i = 1, reversed = 0; i < count; i++) {
    let bit = count >> 1;
    for (; (reversed & bit) !== 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) {
      swap(real, i, reversed);
      swap(imaginary, i, reversed);
    }
  }
  const { cos, sin } = twiddles(count);
  for (let size = 2; size <= count; size *= 2) {
    const half = size / 2;
    const step = count / size;
    for (let start = 0; start < count; start += size)
      for (let k = 0; k < half; k++) {
        const c = cos[k * step] as number;
        const s = sin[k * step] as number;
        const a = start + k;
        const b = a + half;
        const re = (real[b] as number) * c - (imaginary[b] as number) * s;
        const im = (real[b] as number) * s + (imaginary[b] as number) * c;
        real[b] = (real[a] as number) - re;
        imaginary[b] = (imaginary[a] as number) - im;
        real[a] = (real[a] as number) + re;
        imaginary[a] = (imaginary[a] as number) + im;
      }
  }
}

let lastTwiddles = { count: 0, cos: new Float64Array(), sin: new Float64Array() };

function twiddles(count: number): { cos: Float64Array; sin: Float64Array } {
  if (lastTwiddles.count !== count)
    lastTwiddles = {
      count,
      cos: Float64Array.from({ length: count / 2 }, (_, k) => cosPi((2 * k) / count)),
      sin: Float64Array.from({ length: count / 2 }, (_, k) => -sinPi((2 * k) / count)),
    };
  return lastTwiddles;
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] as number;
  values[a] = values[b] as number;
  values[b] = kept;
}
