import type { ValueInfo } from '../network/network.ts';
import type { Preprocessing } from './dataUse.ts';
import { unfit } from './inputMaker.ts';
import { sizeOf, type RawColumn } from './rawExamples.ts';

/** From this many numbers on, a row is taken for samples; a spectrum has fewer bands. */
const fewestSamples = 400;

/**
 * How clips become an input: samples for `[N, samples]` and `[N, 1, samples]`, a log-mel spectrum for
 * `[N, mels, frames]` and `[N, 1, mels, frames]`.
 *
 * @throws LineageError `data-unfit`.
 */
export function proposeSound(input: ValueInfo, column: RawColumn): Preprocessing {
  if (column.is !== 'audio') throw new Error(`${column.name} holds no sound`);
  const sampleRate = commonest(column.clips.map((clip) => clip.sampleRate));
  const lengths = column.clips.map((clip) => (clip.samples.length * sampleRate) / clip.sampleRate);
  // Nine clips of ten are kept whole: the longest would make most of the others silence.
  const usual = Math.ceil(quantile(lengths, 0.9));
  const rest = input.shape.slice(1);
  const inner = rest.filter((extent) => extent !== 1);
  const [first = 1, second] = inner;
  if (inner.length === 1 && isWave(first)) {
    const samples = typeof first === 'number' ? first : usual;
    return { is: 'wave', column: column.name, sampleRate, samples, shape: settled(rest, samples) };
  }
  if (inner.length === 2 && typeof first === 'number' && second !== undefined)
    return spectrum(column.name, { rest, mels: first, frames: second, sampleRate, usual });
  throw unfit(
    `the input "${input.name}" takes [${input.shape.join(', ')}], and the data holds sound: choose a model that takes samples, [N, 1, samples], or spectra, [N, 1, mels, frames]`,
  );
}

function isWave(extent: number | string): boolean {
  return typeof extent === 'string' || extent >= fewestSamples;
}

function spectrum(
  column: string,
  given: {
    readonly rest: ValueInfo['shape'];
    readonly mels: number;
    readonly frames: number | string;
    readonly sampleRate: number;
    readonly usual: number;
  },
): Preprocessing {
  const { rest, mels, sampleRate, usual } = given;
  // 25 to 50 ms, in which speech hardly changes.
  const window = 2 ** Math.ceil(Math.log2(sampleRate * 0.025));
  const frames = typeof given.frames === 'number' ? given.frames : Math.ceil((2 * usual) / window);
  const spread = Math.ceil(Math.max(0, usual - window) / Math.max(1, frames - 1));
  // Windows overlap by three quarters at most, and leave nothing out between them.
  const hop = Math.min(window, Math.max(window / 4, spread));
  const shape = settled(rest, frames);
  if (sizeOf(shape) !== mels * frames) throw new Error('shape of a spectrum');
  return { is: 'log-mel', column, sampleRate, mels, frames, window, hop, shape };
}

/** The shape with its open extent settled. */
function settled(rest: ValueInfo['shape'], open: number): number[] {
  return rest.map((extent) => (typeof extent === 'number' ? extent : open));
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 16_000;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 1;
}
