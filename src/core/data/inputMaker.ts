import { LineageError } from '../lineageError.ts';
import type { Finish } from '../training/trainJob.ts';
import type { Form, Stored } from './augment/form.ts';
import type { Preprocessing } from './dataUse.ts';
import type { Column } from './examples.ts';
import { logMel } from './logMel.ts';
import { channelAxis, imageOf, isPictureShape } from './pictures.ts';
import { sizeOf, type RawColumn, type RawExamples } from './rawExamples.ts';
import { resizeImage, withChannels } from './resizeImage.ts';
import { tokensOf } from './tokens.ts';
import { fitLength, resample } from './wave.ts';

/** Changes numbers in place where it applies to what they are; says whether it did. */
export type Change = (values: Stored, form: Form) => boolean;

/** Makes one input's stored numbers of an example, and tells what is left to do to them. */
export interface InputMaker {
  readonly column: Pick<Column, 'dtype' | 'shape' | 'holds'>;
  /** None for tokens, which are taken as they are. */
  readonly finish?: Finish;
  /**
   * Stored numbers of a row, the caller's.
   *
   * @param change - made to a sound before its spectrum where it can be; else left to the caller.
   * @returns whether the change was made here.
   */
  readonly make: (
    row: number,
    change?: Change,
  ) => { readonly values: Stored; readonly changed: boolean };
}

/**
 * How a preprocessing makes an input from raw columns.
 *
 * @throws LineageError `data-unfit`: a column is missing or of another kind, or sizes do not fit.
 */
export function inputMaker(preprocessing: Preprocessing, examples: RawExamples): InputMaker {
  switch (preprocessing.is) {
    case 'numbers':
      return numbersMaker(preprocessing, examples);
    case 'image':
      return imageMaker(preprocessing, columnNamed(examples, preprocessing.column));
    case 'wave':
      return waveMaker(preprocessing, columnNamed(examples, preprocessing.column));
    case 'log-mel':
      return logMelMaker(preprocessing, columnNamed(examples, preprocessing.column));
    case 'tokens':
      return tokensMaker(preprocessing, columnNamed(examples, preprocessing.column));
  }
}

/** @throws LineageError `data-unfit` where there is none of that name. */
export function columnNamed(examples: RawExamples, name: string): RawColumn {
  const column = examples.columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  const names = examples.columns.map((one) => one.name);
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
  throw unfit(`the data has no column "${name}"; it has ${shown}`);
}

export function unfit(reason: string): LineageError<'data-unfit'> {
  return new LineageError('data-unfit', { reason });
}

type Numbers = Extract<Preprocessing, { is: 'numbers' }>;

type NumbersColumn = Extract<RawColumn, { is: 'numbers' }>;

function numbersMaker(use: Numbers, examples: RawExamples): InputMaker {
  const columns = use.columns.map((name) => numbersColumn(columnNamed(examples, name)));
  const sizes = columns.map(({ shape }) => sizeOf(shape));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  checkNumbers(use, size);
  const layout = numbersLayout(use, columns, size);
  return {
    column: layout.column,
    finish: { scale: 1, mean: use.mean, deviation: use.deviation, axis: layout.axis, shape: use.shape }, // prettier-ignore
    make(row) {
      const values = layout.column.dtype === 'u8' ? new Uint8Array(size) : new Float32Array(size);
      let at = 0;
      for (const [index, { data }] of columns.entries()) {
        const length = sizes[index] ?? 0;
        values.set(data.subarray(row * length, (row + 1) * length), at);
        at += length;
      }
      return { values, changed: false };
    },
  };
}

function checkNumbers({ shape, mean, deviation }: Numbers, size: number): void {
  if (size !== sizeOf(shape))
    throw unfit(
      `the model takes ${sizeOf(shape)} numbers and the data has ${size} an example: choose other columns`,
    );
  for (const statistic of [mean, deviation])
    if (statistic.length !== 1 && statistic.length !== size)
      throw unfit(`there are ${statistic.length} means or deviations for ${size} numbers`);
}

/** A single array keeps its bytes, and its sides where it is a picture: those can be augmented as one. */
function numbersLayout(
  { mean, deviation }: Numbers,
  columns: readonly NumbersColumn[],
  size: number,
): { readonly column: InputMaker['column']; readonly axis: number } {
  const [only] = columns;
  const single = columns.length === 1 ? only : undefined;
  const dtype = single?.data instanceof Uint8Array ? 'u8' : 'f32';
  if (single?.picture !== true || mean.length > 1 || deviation.length > 1)
    return { column: { dtype, shape: [size], holds: 'numbers' }, axis: 0 };
  const { shape } = single;
  const channelsLast = shape.length === 3 && channelAxis(shape) === 2;
  return { column: { dtype, shape, holds: 'image' }, axis: channelsLast ? 2 : 0 };
}

function numbersColumn(column: RawColumn): NumbersColumn {
  if (column.is === 'numbers') return column;
  throw unfit(`"${column.name}" holds ${kindWords[column.is]}, and the model takes numbers`);
}

const kindWords: Readonly<Record<RawColumn['is'], string>> = {
  numbers: 'numbers',
  strings: 'words',
  images: 'pictures',
  audio: 'sounds',
};

function imageMaker(use: Extract<Preprocessing, { is: 'image' }>, column: RawColumn): InputMaker {
  const fits = column.is === 'images' || (column.is === 'numbers' && isPictureShape(column.shape));
  if (!fits)
    throw unfit(`"${column.name}" holds ${kindWords[column.is]}, and the model takes pictures`);
  const { height, width, channels, layout } = use;
  const shape = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  return {
    column: { dtype: 'u8', shape, holds: 'image' },
    finish: {
      scale: use.scale,
      mean: use.mean,
      deviation: use.deviation,
      axis: layout === 'NCHW' ? 0 : 2,
      shape,
    },
    make(row) {
      const image = resizeImage(withChannels(imageOf(column, row), channels), height, width);
      const values = new Uint8Array(image.data.length);
      const pixels = height * width;
      for (let pixel = 0; pixel < pixels; pixel++)
        for (let c = 0; c < channels; c++) {
          const value = image.data[pixel * channels + c] as number;
          values[layout === 'NCHW' ? c * pixels + pixel : pixel * channels + c] = use.invert
            ? 255 - value
            : value;
        }
      return { values, changed: false };
    },
  };
}

function clipsOf(column: RawColumn): Extract<RawColumn, { is: 'audio' }>['clips'] {
  if (column.is === 'audio') return column.clips;
  throw unfit(`"${column.name}" holds ${kindWords[column.is]}, and the model takes sound`);
}

/** A clip of the right rate and length; the caller's. */
function clipMaker(
  column: RawColumn,
  sampleRate: number,
  samples: number,
): (row: number) => Float32Array<ArrayBuffer> {
  const clips = clipsOf(column);
  return (row) => {
    const clip = clips[row];
    if (clip === undefined) throw new Error(`no example ${row}`);
    return fitLength(resample(clip, sampleRate), samples);
  };
}

function plainFinish(shape: readonly number[]): Finish {
  return { scale: 1, mean: [0], deviation: [1], axis: 0, shape };
}

function waveMaker(use: Extract<Preprocessing, { is: 'wave' }>, column: RawColumn): InputMaker {
  const clip = clipMaker(column, use.sampleRate, use.samples);
  if (sizeOf(use.shape) !== use.samples)
    throw unfit(`${use.samples} samples do not make shape [${use.shape.join(', ')}]`);
  return {
    column: { dtype: 'f32', shape: [use.samples], holds: 'wave' },
    finish: plainFinish(use.shape),
    make: (row) => ({ values: clip(row), changed: false }),
  };
}

function logMelMaker(
  use: Extract<Preprocessing, { is: 'log-mel' }>,
  column: RawColumn,
): InputMaker {
  const { window, hop, frames, mels } = use;
  if (window < 2 || (window & (window - 1)) !== 0)
    throw unfit(`a window of ${window} samples is no power of two`);
  if (sizeOf(use.shape) !== mels * frames)
    throw unfit(`${mels} × ${frames} values do not make shape [${use.shape.join(', ')}]`);
  const clip = clipMaker(column, use.sampleRate, (frames - 1) * hop + window);
  return {
    column: { dtype: 'f32', shape: [mels, frames], holds: 'spectrogram' },
    finish: plainFinish(use.shape),
    make(row, change) {
      const samples = clip(row);
      const changed = change?.(samples, { is: 'wave' }) ?? false;
      return { values: logMel(samples, use), changed };
    },
  };
}

function tokensMaker(use: Extract<Preprocessing, { is: 'tokens' }>, column: RawColumn): InputMaker {
  if (column.is !== 'strings')
    throw unfit(`"${column.name}" holds ${kindWords[column.is]}, and the model takes words`);
  const { tokenizer, vocabulary, length } = use;
  if (vocabulary < (tokenizer === 'bytes' ? 257 : 2))
    throw unfit(`a vocabulary of ${vocabulary} is too small for ${tokenizer}`);
  return {
    column: { dtype: 'i32', shape: [length], holds: 'tokens' },
    make: (row) => ({
      values: tokensOf(column.values[row] ?? '', tokenizer, vocabulary, length),
      changed: false,
    }),
  };
}
