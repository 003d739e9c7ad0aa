import type { SavingHeading, SavingsReport } from '../../core/savingsViews.ts';

/** What stands in the store beside the models' own bytes. */
export type StoreHeading = 'bases' | 'recipes' | 'undo' | 'garbage' | 'records';
export type AnyHeading = SavingHeading | StoreHeading;

interface Look {
  /** A name for a legend. */
  readonly label: string;
  /** What it means, in a sentence. */
  readonly means: string;
  /** CSS variable of its colour. */
  readonly colour: `--${string}`;
  /** Lines of its pattern, an SVG path on a tile of 8 by 8: colour alone tells not everybody. */
  readonly pattern: string;
}

const rising = 'M-1 9L9 -1M-1 1L1 -1M7 9L9 7';
const falling = 'M-1 -1L9 9M-1 7L1 9M7 -1L9 1';
const level = 'M0 4H8';
const upright = 'M4 0V8';

/** How each heading is named and drawn, wherever it appears. */
export const looks: Readonly<Record<AnyHeading, Look>> = {
  shared: {
    label: 'Sharing',
    means: 'Equal bytes are kept once, whoever has them.',
    colour: '--series-3',
    pattern: level,
  },
  delta: {
    label: 'Exact deltas',
    means: 'Kept as the exact difference to a tensor of the same size.',
    colour: '--series-1',
    pattern: rising,
  },
  structure: {
    label: 'Structure',
    means: 'Kept as how it follows from others: cast, averaged, cut, turned, scaled. Exact.',
    colour: '--series-4',
    pattern: `${rising}${falling}`,
  },
  lossy: {
    label: 'Lossy',
    means: 'Kept in steps from another: what was rounded off is gone, within the tests’ tolerance.',
    colour: '--series-2',
    pattern: falling,
  },
  alone: {
    label: 'By itself',
    means: 'Coded in fewer bytes without leaning on anything. Exact.',
    colour: '--series-5',
    pattern: 'M1.5 2h1M5.5 6h1',
  },
  whole: {
    label: 'As it is',
    means: 'Kept byte for byte: nothing made it smaller.',
    colour: '--series-8',
    pattern: '',
  },
  beside: {
    label: 'Besides tensors',
    means: 'Checksums, repetitions and the smallest tensors, which lie in the records.',
    colour: '--series-7',
    pattern: upright,
  },
  records: {
    label: 'Records',
    means: 'The graph, and what each model’s files are made of.',
    colour: '--series-7',
    pattern: `${level}${upright}`,
  },
  bases: {
    label: 'Bases of removed models',
    means: 'Others are differences to them.',
    colour: '--series-6',
    pattern: rising,
  },
  recipes: {
    label: 'Data for recipes and tests',
    means: 'Off the list, but a recipe or a test names it.',
    colour: '--series-6',
    pattern: level,
  },
  undo: {
    label: 'Kept for undo',
    means: 'Undo could bring these models back.',
    colour: '--series-6',
    pattern: upright,
  },
  garbage: {
    label: 'To be freed',
    means: 'No model needs it. Free space deletes it, but for what an unfinished import stored.',
    colour: '--series-6',
    pattern: falling,
  },
};

/** The headings that make bytes fewer, in the order in which they are told. */
export const savers = ['shared', 'delta', 'structure', 'lossy', 'alone'] as const;

/** The store's own bytes, largest first, without what is not there. */
export function storeParts({
  kept,
  garbageBytes,
  recordBytes,
}: SavingsReport): readonly { readonly of: StoreHeading; readonly bytes: number }[] {
  const all = [
    { of: 'records', bytes: recordBytes },
    { of: 'bases', bytes: kept.bases },
    { of: 'recipes', bytes: kept.recipes },
    { of: 'undo', bytes: kept.undo },
    { of: 'garbage', bytes: garbageBytes },
  ] as const;
  return all.filter(({ bytes }) => bytes !== 0).sort((a, b) => b.bytes - a.bytes);
}
