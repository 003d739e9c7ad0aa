import type { Reading } from '../../core/data/dataset.ts';
import type { RawColumn } from '../../core/data/rawExamples.ts';
import { folderName, stem } from './dataFiles.ts';

export type LabelPlace = Extract<Reading, { is: 'wav' }>['labels'];

/** What the path of a picture or sound says of it. */
export interface PathWords {
  readonly label: string;
  /** The second of three words or more in a file's name: `0_george_12` was spoken by george. */
  readonly second?: string;
}

/** Undefined when the path has no label where it should be. */
export function wordsOf(path: string, labels: LabelPlace): PathWords | undefined {
  if (labels === 'none') return { label: '' };
  if (labels === 'folder') {
    const label = folderName(path);
    return label === '' ? undefined : { label };
  }
  const [label = '', second, third] = stem(path).split('_');
  if (label === '' || second === undefined) return undefined;
  return { label, ...(third === undefined ? {} : { second }) };
}

/** The columns that paths give: label, what else the name says, and the file itself. */
export function wordColumns(
  paths: readonly string[],
  labels: LabelPlace,
  second: string,
): RawColumn[] {
  const words = paths.map((path) => wordsOf(path, labels));
  const columns: RawColumn[] = [];
  if (labels !== 'none')
    columns.push({ is: 'strings', name: 'label', values: words.map((one) => one?.label ?? '') });
  if (words.every((one) => one?.second !== undefined))
    columns.push({ is: 'strings', name: second, values: words.map((one) => one?.second ?? '') });
  columns.push({ is: 'strings', name: 'file', values: paths });
  return columns;
}
