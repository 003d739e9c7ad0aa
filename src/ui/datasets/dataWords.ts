import type { DataKind, DatasetSummary } from '../../core/data/dataset.ts';
import type { DataUse, Preprocessing, Split } from '../../core/data/dataUse.ts';
import { augmentationText } from '../create/fields/augmentationKinds.ts';
import { bytes, counted, percent } from '../format.ts';

export const kindWords: Readonly<Record<DataKind, string>> = {
  table: 'table',
  images: 'images',
  audio: 'sound',
  text: 'text',
};

/** Names of the columns whose values a row sample holds: all but the label's. */
export function rowColumns({ label, columns }: DatasetSummary): string[] {
  return columns.map(({ name }) => name).filter((name) => name !== label);
}

/** Number of classes of the column to predict; undefined where there are none. */
export function classCount({ label, columns }: DatasetSummary): number | undefined {
  return columns.find(({ name }) => name === label)?.values?.length;
}

/** A data set in a line: `images · 1,797 examples · 10 classes · 294 kB`. */
export function summaryText(summary: DatasetSummary): string {
  const classes = classCount(summary);
  return [
    kindWords[summary.kind],
    counted(summary.examples, 'example'),
    ...(classes === undefined ? [] : [counted(classes, 'class', 'classes')]),
    bytes(summary.sizeBytes),
  ].join(' · ');
}

const near = (value: number) => Number(value.toPrecision(3));

function scaling(mean: readonly number[], deviation: readonly number[]): string {
  if (mean.length !== 1) return `each minus its mean, divided by its deviation`;
  if (mean[0] === 0 && deviation[0] === 1) return '';
  return `minus ${near(mean[0] ?? 0)}, divided by ${near(deviation[0] ?? 1)}`;
}

function scaleText(scale: number): string {
  if (scale === 1) return '';
  const inverse = Math.round(1 / scale);
  return Math.abs(scale * inverse - 1) < 1e-6 ? `divided by ${inverse}` : `times ${near(scale)}`;
}

const told: {
  readonly [Is in Preprocessing['is']]: (of: Extract<Preprocessing, { is: Is }>) => string[];
} = {
  numbers: ({ columns, mean, deviation }) => [
    columns.length > 6 ? counted(columns.length, 'number') : `numbers ${columns.join(', ')}`,
    scaling(mean, deviation),
  ],
  image: (of) => [
    `${of.column} as ${of.width} × ${of.height} ${of.channels === 1 ? 'grey' : 'colour'} pixels`,
    of.invert ? 'inverted' : '',
    scaleText(of.scale),
    scaling(of.mean, of.deviation),
    of.layout === 'NHWC' ? 'channels last' : '',
  ],
  wave: ({ column, samples, sampleRate }) => [
    `${column} as ${counted(samples, 'sample')} at ${sampleRate / 1000} kHz`,
    'cut or padded with silence',
  ],
  'log-mel': ({ column, mels, frames, sampleRate }) => [
    `${column} as a log-mel spectrogram of ${mels} bands and ${frames} frames at ${sampleRate / 1000} kHz`,
  ],
  tokens: ({ column, tokenizer, length, vocabulary }) => [
    `${column} as ${length} ${tokenizer === 'words' ? `words hashed to ${vocabulary} numbers` : 'bytes'}`,
  ],
};

/** How examples become an input, in words. */
export function preprocessingText(of: Preprocessing): string {
  return (told[of.is] as (of: Preprocessing) => string[])(of).filter(Boolean).join(', ');
}

/** `70 % to train, 15 % to validate, 15 % to test, classes in equal shares`. */
export function splitText(split: Split): string {
  const shares = (
    [
      ['train', split.train],
      ['validate', split.validation],
      ['test', split.test],
    ] as const
  )
    .filter(([, share]) => share > 0)
    .map(([what, share]) => `${percent(share)} to ${what}`);
  const extra = [
    split.stratified ? 'classes in equal shares' : '',
    split.where ? `only ${split.where.column} = ${split.where.values.slice(0, 5).join(', ')}` : '',
    split.shard ? `share ${split.shard.index + 1} of ${split.shard.count}` : '',
    `seed ${split.seed}`,
  ].filter(Boolean);
  return [...shares, ...extra].join(', ');
}

/** What a model learns from a data set, in lines. */
export function useLines(use: DataUse): { readonly label: string; readonly text: string }[] {
  return [
    ...Object.entries(use.inputs).map(([input, how]) => ({
      label: `Input ${input}`,
      text: preprocessingText(how),
    })),
    ...Object.entries(use.targets).map(([output, target]) => ({
      label: `Output ${output}`,
      text: `learns ${target.column}${target.classes ? ` (${counted(target.classes.length, 'class', 'classes')})` : ''}`,
    })),
    { label: 'Split', text: splitText(use.split) },
    ...(use.augment.length === 0
      ? []
      : [
          {
            label: use.asCopies ? 'Copies' : 'Changes',
            text: use.augment.map(augmentationText).join(', '),
          },
        ]),
  ];
}
