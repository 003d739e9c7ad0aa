import type { Metric } from '../../core/modelTests/modelTest.ts';
import { counted } from '../format.ts';
import type { BoardCell, Regression } from './boardIndex.ts';
import { changeText, metricText, verdictWords } from './metricText.ts';

/** How a cell stands, for its colour. */
export type CellTone = 'pass' | 'fail' | 'measured' | 'error' | 'stale' | 'none';

/** A cell of the results table in signs and words. */
export interface CellView {
  readonly tone: CellTone;
  readonly sign: string;
  readonly value: string;
  /** A current result is shown plainly, an old one faded. */
  readonly old: boolean;
  /** Of the main metric, else that anything got worse; empty where nothing did. */
  readonly worse: string;
  /** The whole as a sentence. */
  readonly words: string;
}

const empty: CellView = {
  tone: 'none',
  sign: '',
  value: '',
  old: false,
  worse: '',
  words: 'not bound',
};

/** What a cell shows, and what it says. */
export function cellView(
  cell: BoardCell | undefined,
  main: Metric | undefined,
  metrics: readonly Metric[],
  nameOf: (node: Regression['parent']) => string,
): CellView {
  if (cell === undefined) return empty;
  const { result, stale } = cell;
  const value = valueText(cell, main);
  if (stale) {
    const before = value === '' ? '' : `, ${value} before`;
    return { tone: 'stale', sign: '–', value, old: true, worse: '', words: `not run${before}` };
  }
  if (result === undefined) return empty;
  const { sign, words } = verdictWords[result.verdict];
  const worse = worseText(cell, main);
  const said = [
    words,
    value === '' ? '' : `${main?.title ?? ''} ${value}`,
    ...regressionWords(cell.regressions, main, (found) => regressionText(found, metrics, nameOf)),
    cell.disagreement === undefined ? '' : 'backends disagree',
  ].filter((part) => part !== '');
  return {
    tone: result.verdict,
    sign,
    value: result.verdict === 'error' ? 'error' : value,
    old: false,
    worse,
    words: said.join(', '),
  };
}

function valueText({ result }: BoardCell, main: Metric | undefined): string {
  const number = main === undefined ? undefined : result?.metrics[main.name];
  return number === undefined ? '' : metricText(main, number);
}

/** The first of what got worse in full, and how much more did. */
function regressionWords(
  regressions: readonly Regression[],
  main: Metric | undefined,
  text: (found: Regression) => string,
): readonly string[] {
  const first = regressions.find(({ metric }) => metric === main?.name) ?? regressions[0];
  if (first === undefined) return [];
  const more = regressions.length - 1;
  return [text(first), ...(more > 0 ? [`and ${counted(more, 'more metric')} worse`] : [])];
}

function worseText({ regressions }: BoardCell, main: Metric | undefined): string {
  const own = regressions.find(({ metric }) => metric === main?.name) ?? regressions[0];
  if (own === undefined) return '';
  if (own.metric !== main?.name) return 'worse';
  return changeText(main, own.after - own.before);
}

/** `Accuracy worse than lenet: 97.4 % → 90 %`. */
export function regressionText(
  { metric: name, parent, before, after }: Regression,
  metrics: readonly Metric[],
  nameOf: (node: Regression['parent']) => string,
): string {
  const metric = metrics.find((each) => each.name === name);
  const change = `${metricText(metric, before)} → ${metricText(metric, after)}`;
  return `${metric?.title ?? name} worse than ${nameOf(parent)}: ${change}`;
}
