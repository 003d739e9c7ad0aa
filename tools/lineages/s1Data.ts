import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DataUse, Preprocessing } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord } from '../../src/core/data/dataset.ts';
import { randomFrom } from '../../src/core/data/random.ts';
import type { DataFile, LineageBench } from './lineageBench.ts';
import { addPictures, digits, pictureInput, pictureUse } from './pictureData.ts';
import { pickedPictures, someRows, type Pictures } from './pictures.ts';
import type { SpokenDigit } from './sounds.ts';

/** What S1 is made from. */
export interface S1Sources {
  readonly pictures: Pictures;
  /** Digits of few pixels. */
  readonly small: Pictures;
  readonly spoken: readonly SpokenDigit[];
  /** Sentences with 0 or 1 after a tab. */
  readonly sentences: Readonly<Record<SentenceSource, Uint8Array<ArrayBuffer>>>;
}

export type SentenceSource = 'amazon' | 'yelp' | 'imdb';

export type S1Task =
  | 'small digits'
  | 'digits'
  | 'digit rows'
  | 'turned digits'
  | 'turned digit rows'
  | 'parity'
  | 'words'
  | 'speakers'
  | SentenceSource;

/** The data sets of S1, stored. */
export interface S1Data {
  readonly side: number;
  readonly smallSide: number;
  use(task: S1Task): DataUse;
  /** How many epochs more a task takes than pictures: small data sets are gone through more often. */
  times(task: S1Task): number;
}

/** Samples that the network of sounds takes: half a second. */
export const soundSamples = 4000;

/** Sizes of the networks of sentences. */
export const words = { vocabulary: 2048, length: 24, width: 16 };

/** Pictures used of a large data set, and the share that is for testing. */
const mostPictures = 3000;

export async function s1Data(bench: LineageBench, sources: S1Sources): Promise<S1Data> {
  const { small, spoken, sentences } = sources;
  const all = sources.pictures;
  const rows = someRows(all.count, 0, Math.min(mostPictures, all.count), 1);
  const pictures = pickedPictures(all, rows);
  const stored = {
    digits: await addPictures(bench, 'digits', pictures),
    small: await addPictures(bench, 'small-digits', small),
    spoken: await bench.addData('spoken', spoken.map(inFolder), { is: 'wav', labels: 'file-name' }),
    amazon: await addSentences(bench, 'amazon', sentences.amazon),
    yelp: await addSentences(bench, 'yelp', sentences.yelp),
    imdb: await addSentences(bench, 'imdb', sentences.imdb),
  };
  return {
    side: pictures.side,
    smallSide: small.side,
    times: (task) => (isSentences(task) ? 8 : task === 'words' || task === 'speakers' ? 12 : 1),
    use: (task) => useOf(task, stored, sources),
  };
}

type Stored = Readonly<Record<'digits' | 'small' | 'spoken' | SentenceSource, DatasetRecord>>;

function useOf(task: S1Task, stored: Stored, { pictures, small, spoken }: S1Sources): DataUse {
  const share = { train: 0.8, test: 0.2, seed: 10 };
  const label = { column: 'label', classes: digits };
  const square = pictureInput(pictures.side);
  if (isSentences(task))
    return tokensUse(pictureUse(stored[task], square, { column: 'label', classes: ['0', '1'] }, 1, share)); // prettier-ignore
  switch (task) {
    case 'small digits':
      return pictureUse(stored.small, rowInput(small.side), label, 1, share);
    case 'digits':
      return pictureUse(stored.digits, square, label, 1, share);
    case 'digit rows':
      return pictureUse(stored.digits, rowInput(pictures.side), label, 1, share);
    case 'turned digits':
      return turned(pictureUse(stored.digits, square, label, 1, share));
    case 'turned digit rows':
      return turned(pictureUse(stored.digits, rowInput(pictures.side), label, 1, share));
    case 'parity': {
      const mapped = Object.fromEntries(digits.map((d, i) => [d, i % 2 === 0 ? 'even' : 'odd']));
      const target = { column: 'label', classes: ['even', 'odd'], mapped };
      return pictureUse(stored.digits, square, target, 1, share);
    }
    case 'words':
      return pictureUse(stored.spoken, waveInput, label, 1, share);
    case 'speakers': {
      const classes = [...new Set(spoken.map(({ speaker }) => speaker))].sort();
      return pictureUse(stored.spoken, waveInput, { column: 'speaker', classes }, 1, share);
    }
  }
}

function isSentences(task: S1Task): task is SentenceSource {
  return task === 'amazon' || task === 'yelp' || task === 'imdb';
}

function turned(use: DataUse): DataUse {
  return { ...use, augment: [{ is: 'rotate', degrees: 40 }] };
}

function rowInput(side: number): Preprocessing {
  return { is: 'numbers', columns: ['image'], shape: [side * side], mean: [33.3], deviation: [78.6] }; // prettier-ignore
}

const waveInput: Preprocessing = {
  is: 'wave',
  column: 'audio',
  sampleRate: 8000,
  samples: soundSamples,
  shape: [1, soundSamples],
};

/** The same use for a network of words. */
function tokensUse(use: DataUse): DataUse {
  const { vocabulary, length } = words;
  const tokens = { is: 'tokens', column: 'text', tokenizer: 'words', vocabulary, length } as const;
  return { ...use, inputs: { tokens } };
}

const inFolder = ({ file }: SpokenDigit): DataFile => ({ ...file, path: `spoken/${file.path}` });

function addSentences(
  bench: LineageBench,
  name: SentenceSource,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<DatasetRecord> {
  return bench.addData(name, [{ path: `${name}.txt`, bytes }], { is: 'lines', labelled: true });
}

/** The three files of the Sentiment Labelled Sentences data set. */
export function readSentences(folder: string): S1Sources['sentences'] {
  const read = (name: string) => Uint8Array.from(readFileSync(path.join(folder, name)));
  return {
    amazon: read('amazon_cells_labelled.txt'),
    yelp: read('yelp_labelled.txt'),
    imdb: read('imdb_labelled.txt'),
  };
}

/** Sentences of made-up words that say good or bad in a way of each source's own. */
export function saidSentences(count: number, seed: number): S1Sources['sentences'] {
  const random = randomFrom(seed);
  const source = (good: string, bad: string): Uint8Array<ArrayBuffer> => {
    const lines = Array.from({ length: count }, (_, at) => {
      const filler = Array.from({ length: 5 }, () => `w${random.below(50)}`).join(' ');
      return `${filler} ${at % 2 === 1 ? good : bad}\t${at % 2}\n`;
    });
    return new TextEncoder().encode(lines.join(''));
  };
  return {
    amazon: source('works', 'broken'),
    yelp: source('tasty', 'stale'),
    imdb: source('moving', 'dull'),
  };
}

/** The 8 × 8 digits of the UCI data set "Optical Recognition of Handwritten Digits". */
export function readSmallDigits(file: string): Pictures {
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  const values = rows.map((line) => line.split(',').map(Number));
  return {
    count: rows.length,
    side: 8,
    // 0 to 16 dark points.
    pixels: Uint8Array.from(values.flatMap((row) => row.slice(0, 64)), (v) => Math.round((v * 255) / 16)), // prettier-ignore
    labels: Uint8Array.from(values, (row) => row[64] ?? NaN),
  };
}
