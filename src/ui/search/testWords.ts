import type { NodeId } from '../../core/ids.ts';
import type { Metric, ModelTest, SuccessRule } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import { bytes, real } from '../format.ts';
import { messageOfReported } from '../messages.ts';

/** A value of a metric with its unit: `93.4 %`, `12 ms`. */
export function valueText(value: number, unit: string | undefined): string {
  if (unit === 'share')
    return Number.isFinite(value) ? `${Number((value * 100).toFixed(1))} %` : '–';
  if (unit === 'bytes') return bytes(value);
  const text = Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : real(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

const ruleWords = { 'at-least': 'at least', 'at-most': 'at most', equal: 'exactly' } as const;

/** "Accuracy at least 90 %". */
export function ruleText({ metric, is, value }: SuccessRule, metrics: readonly Metric[]): string {
  const of = metrics.find(({ name }) => name === metric);
  return `${of?.title ?? metric} ${ruleWords[is]} ${valueText(value, of?.unit)}`;
}

/** "Accuracy at least 90 % and Loss at most 0.4". */
export function rulesText(rules: readonly SuccessRule[], metrics: readonly Metric[]): string {
  return rules.map((rule) => ruleText(rule, metrics)).join(' and ');
}

/** A model's current result of a test, where there is one. */
export function resultOf(
  board: TestBoard | undefined,
  node: NodeId | undefined,
  test: ModelTest | undefined,
): NodeResult | undefined {
  return board?.results.find((result) => result.node === node && result.test === test?.id);
}

const verdictWords = {
  pass: 'passes',
  fail: 'fails',
  measured: 'measured',
  error: 'could not be tested',
} as const;

/** "fails: Accuracy 41 %": the verdict, with what the rules look at, or the first metric. */
export function resultText(
  { verdict, metrics: values, error }: NodeResult,
  rules: readonly SuccessRule[],
  metrics: readonly Metric[],
): string {
  if (verdict === 'error')
    return error === undefined
      ? verdictWords.error
      : `${verdictWords.error}: ${messageOfReported(error).what.replace(/\.$/u, '')}`;
  const looked = new Set(rules.map(({ metric }) => metric));
  const shown = metrics.filter(({ name }, at) => (looked.size > 0 ? looked.has(name) : at === 0));
  const figures = shown
    .filter(({ name }) => values[name] !== undefined)
    .map(({ name, title, unit }) => `${title} ${valueText(values[name] ?? NaN, unit)}`);
  return [verdictWords[verdict], figures.join(', ')].filter((part) => part !== '').join(': ');
}
