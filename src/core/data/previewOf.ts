import type { SampleView } from '../creationViews.ts';
import { imageOf } from './pictures.ts';
import {
  isScalar,
  valueText,
  type RawClip,
  type RawColumn,
  type RawExamples,
} from './rawExamples.ts';

/** Longest text and row that are shown of an example. */
const shownCharacters = 400;
const shownValues = 32;
/** Slices of a wave: what a small drawing has of columns. */
const peaks = 120;

/**
 * Up to `count` examples as a page shows them, spread evenly over the data set.
 *
 * @param label - the column that tells each example's label; none when absent.
 */
export function previewOf(examples: RawExamples, count: number, label?: string): SampleView[] {
  const labels = examples.columns.find(({ name }) => name === label);
  const shown = shownColumn(examples, label);
  const shownCount = Math.min(count, examples.count);
  return Array.from({ length: shownCount }, (_, at) => {
    const row = Math.floor((at * examples.count) / shownCount);
    const view = viewOf(examples, shown, row, label);
    return labels === undefined || !isScalar(labels)
      ? view
      : { label: valueText(labels, row), ...view };
  });
}

/** The column that is a picture, a sound or a text by itself; undefined for tables. */
function shownColumn({ kind, columns }: RawExamples, label?: string): RawColumn | undefined {
  const others = columns.filter(({ name }) => name !== label);
  const picture = others.find((one) => one.is === 'images' || (one.is === 'numbers' && one.picture === true)); // prettier-ignore
  const sound = others.find((one) => one.is === 'audio');
  const text = kind === 'text' ? longestText(others) : undefined;
  return picture ?? sound ?? text;
}

/** The column of strings whose first values are longest: the sentence, not the file's name. */
export function longestText(columns: readonly RawColumn[]): RawColumn | undefined {
  const length = (column: RawColumn): number =>
    column.is === 'strings' ? column.values.slice(0, 100).join('').length : -1;
  const [longest] = [...columns].sort((a, b) => length(b) - length(a));
  return longest?.is === 'strings' ? longest : undefined;
}

function viewOf(
  examples: RawExamples,
  column: RawColumn | undefined,
  row: number,
  label: string | undefined,
): SampleView {
  if (column === undefined) return { is: 'row', values: rowValues(examples, row, label) };
  if (column.is === 'audio') return waveView(column.clips[row]);
  if (column.is === 'strings')
    return { is: 'text', text: (column.values[row] ?? '').slice(0, shownCharacters) };
  const { width, height, channels, data } = imageOf(column, row);
  return { is: 'image', width, height, channels, pixels: data.slice() };
}

function rowValues({ columns }: RawExamples, row: number, label: string | undefined): string[] {
  const values: string[] = [];
  for (const column of columns) {
    if (values.length >= shownValues) break;
    if (column.name === label) continue;
    if (isScalar(column)) values.push(valueText(column, row));
    else if (column.is === 'numbers') {
      const size = column.data.length / Math.max(1, columnCount(column));
      for (const value of column.data.subarray(
        row * size,
        row * size + Math.min(size, shownValues - values.length),
      ))
        // prettier-ignore
        values.push(String(Number(value.toPrecision(4))));
    }
  }
  return values;
}

function columnCount(column: Extract<RawColumn, { is: 'numbers' }>): number {
  return column.data.length / column.shape.reduce((product, extent) => product * extent, 1);
}

function waveView(clip: RawClip | undefined): SampleView {
  const { samples, sampleRate } = clip ?? { samples: new Float32Array(), sampleRate: 1 };
  const slices = Math.min(peaks, samples.length);
  return {
    is: 'wave',
    seconds: samples.length / sampleRate,
    peaks: Array.from({ length: slices }, (_, at) => {
      const slice = samples.subarray(
        Math.floor((at * samples.length) / slices),
        Math.floor(((at + 1) * samples.length) / slices),
      );
      const low = slice.reduce((least, value) => Math.min(least, value), 1);
      const high = slice.reduce((most, value) => Math.max(most, value), -1);
      return [low, high] as const;
    }),
  };
}
