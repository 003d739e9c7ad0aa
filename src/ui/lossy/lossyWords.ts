import type { LossyOptions, LossyTest } from '../../core/lossyViews.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestBoard } from '../../core/testViews.ts';
import { ratio, real } from '../format.ts';
import { changeText, metricText } from '../modelTests/metricText.ts';

type Quantiser = LossyOptions['quantiser'];

/** The ways of losing precision, in words. */
export const quantiserWords: Readonly<
  Record<Quantiser, { readonly title: string; readonly text: string; readonly epsilon: string }>
> = {
  'per tensor': {
    title: 'A step for each tensor',
    text: 'Fine steps where weights are close together, coarse ones where they are spread out. Works for every model.',
    epsilon: 'largest error, as a share of each tensor’s spread',
  },
  mgit: {
    title: 'One step for all (MGit)',
    text: 'As in the MGit paper: changes of the parent are rounded to the same step everywhere. A model without a parent stays exact.',
    epsilon: 'largest error of any weight',
  },
};

/** What is offered at first: from hardly any loss to much. */
export const firstEpsilons: Readonly<Record<Quantiser, readonly number[]>> = {
  'per tensor': [0.003, 0.01, 0.03, 0.1, 0.3],
  mgit: [1e-5, 1e-4, 1e-3, 1e-2],
};

/** `0.003`, `1e-5`. */
export function epsilonText(epsilon: number): string {
  return epsilon < 1e-3 ? epsilon.toExponential().replace('-', '−') : String(epsilon);
}

/** Two figures of an error: `0.0012`, `3.1e−5`. */
export function errorText(error: number): string {
  if (error === 0 || !Number.isFinite(error)) return real(error);
  const short = Number(error.toPrecision(2));
  return (Math.abs(short) < 1e-3 ? short.toExponential() : String(short)).replace('-', '−');
}

/** How many times smaller by loss: a ratio is never said without its kind. */
export function lossyRatio(exactBytes: number, lossyBytes: number): string {
  if (lossyBytes >= exactBytes) return 'not smaller';
  const text = ratio(exactBytes, lossyBytes);
  return text === '–' ? text : `${text} lossy`;
}

/** A line of a table of tests: a metric before and after. */
export interface TestLine {
  readonly metric: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
  readonly tolerance: string;
  readonly worse: boolean;
}

/** A test with its metrics, those that got worse first. */
export interface TestGroup {
  readonly test: string;
  readonly lines: readonly TestLine[];
}

/** A test's metric as the lineage knows it; undefined where the test was removed or renamed since. */
export function metricOf(
  { test, metric }: Pick<LossyTest, 'test' | 'metric'>,
  tests: readonly ModelTest[],
  board: TestBoard | undefined,
): Metric | undefined {
  const known = tests.find(({ name }) => name === test);
  return known && board?.metrics[known.id]?.find(({ title }) => title === metric);
}

/** Tests before and after, those with something worse first. */
export function testGroups(
  rows: readonly LossyTest[],
  tests: readonly ModelTest[],
  board: TestBoard | undefined,
): readonly TestGroup[] {
  const groups = new Map<string, TestLine[]>();
  const worst = (a: TestLine, b: TestLine) => Number(b.worse) - Number(a.worse);
  for (const row of rows) {
    const lines = groups.get(row.test) ?? [];
    groups.set(row.test, [...lines, lineOf(row, metricOf(row, tests, board))].sort(worst));
  }
  const all = [...groups].map(([test, lines]) => ({ test, lines }));
  const failing = (group: TestGroup) => Number(group.lines.some(({ worse }) => worse));
  return all.sort((a, b) => failing(b) - failing(a));
}

function lineOf(row: LossyTest, metric: Metric | undefined): TestLine {
  const { before, after, worse } = row;
  // A test without metrics passes or does not: 1 or 0.
  const verdict = row.metric === 'passes';
  const value = (one: number) => (verdict ? (one > 0 ? 'yes' : 'no') : metricText(metric, one));
  return {
    metric: verdict ? 'Passes' : row.metric,
    before: value(before),
    after: value(after),
    change: before === after ? 'none' : verdict ? '' : changed(metric, after - before),
    tolerance: toleranceText(row, metric),
    worse,
  };
}

function changed(metric: Metric | undefined, change: number): string {
  if (metric?.unit !== undefined || !Number.isFinite(change)) return changeText(metric, change);
  return `${change < 0 ? '−' : '+'}${errorText(Math.abs(change))}`;
}

function toleranceText({ tolerance }: LossyTest, metric: Metric | undefined): string {
  if (metric === undefined) return tolerance;
  const { is, value } = metric.tolerance;
  if (value === 0) return 'none';
  const hundred = Number((100 * value).toPrecision(3));
  if (is === 'relative') return `${hundred} %`;
  return metric.unit === 'share'
    ? `${hundred} ${hundred === 1 ? 'point' : 'points'}`
    : metricText(metric, value);
}

/** Names of tensors by why they stay exact, the most first. */
export function exactGroups(
  tensors: readonly { readonly name: string; readonly why: string }[],
): readonly { readonly why: string; readonly names: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { name, why } of tensors) groups.set(why, [...(groups.get(why) ?? []), name]);
  return [...groups]
    .map(([why, names]) => ({ why, names }))
    .sort((a, b) => b.names.length - a.names.length);
}
