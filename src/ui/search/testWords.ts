import type { NodeId } from '../../core/ids.ts';
import type { Metric, ModelTest, SuccessRule } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import { messageOfReported } from '../messages.ts';
import { metricText, ruleText, verdictWords } from '../modelTests/metricText.ts';

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

/** "fails: Accuracy 41 %": the verdict, with what the rules look at, or the first metric. */
export function resultText(
  { verdict, metrics: values, error }: NodeResult,
  rules: readonly SuccessRule[],
  metrics: readonly Metric[],
): string {
  if (verdict === 'error')
    return error === undefined
      ? verdictWords.error.words
      : `${verdictWords.error.words}: ${messageOfReported(error).what.replace(/\.$/u, '')}`;
  const looked = new Set(rules.map(({ metric }) => metric));
  const shown = metrics.filter(({ name }, at) => (looked.size > 0 ? looked.has(name) : at === 0));
  const figures = shown
    .filter(({ name }) => values[name] !== undefined)
    .map((metric) => `${metric.title} ${metricText(metric, values[metric.name] ?? NaN)}`);
  return [verdictWords[verdict].words, figures.join(', ')].filter((part) => part !== '').join(': ');
}
