import type {
  Metric,
  MetricDirection,
  ModelTest,
  SuccessRule,
} from '../../core/modelTests/modelTest.ts';
import type { Verdict } from '../../core/modelTests/testResult.ts';
import { bytes, count, real } from '../format.ts';

/** A verdict as it is said, and its sign. */
export const verdictWords: Readonly<
  Record<Verdict, { readonly sign: string; readonly words: string }>
> = {
  pass: { sign: '✓', words: 'passes' },
  fail: { sign: '✗', words: 'fails' },
  measured: { sign: '•', words: 'measured' },
  error: { sign: '!', words: 'could not be run' },
};

/** Which way is better, in words. */
export const directionWords: Readonly<Record<MetricDirection, string>> = {
  max: 'more is better',
  min: 'less is better',
  equal: 'should stay the same',
};

export const ruleWords: Readonly<Record<SuccessRule['is'], string>> = {
  'at-least': 'at least',
  'at-most': 'at most',
  equal: 'exactly',
};

/** A metric's value with its unit: `97.4 %`, `1.23 ms`, `49.9 kB`, `2,304`. */
export function metricText(metric: Pick<Metric, 'unit'> | undefined, value: number): string {
  if (!Number.isFinite(value)) return real(value);
  switch (metric?.unit) {
    case 'share':
      return `${share(value)} %`;
    case 'bytes':
      return bytes(value);
    case undefined:
      return bare(value);
    default:
      return `${bare(value)} ${metric?.unit ?? ''}`;
  }
}

/** A change of a metric with its sign: `−3.1 points`, `+12.0 kB`. */
export function changeText(metric: Pick<Metric, 'unit'> | undefined, change: number): string {
  if (!Number.isFinite(change)) return real(change);
  const sign = change < 0 ? '−' : '+';
  const size = Math.abs(change);
  if (metric?.unit === 'share') return `${sign}${share(size)} points`;
  return `${sign}${metricText(metric, size)}`;
}

function share(value: number): string {
  // Without the rounding of the product: 0.15 × 100 is 15.
  const percent = Number((value * 100).toPrecision(12));
  if (percent === Math.round(percent)) return percent.toFixed(0);
  return percent.toFixed(Math.abs(percent) < 0.1 ? 3 : Math.abs(percent) < 99.9 ? 1 : 2);
}

function bare(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return count(value).replace('-', '−');
  return Math.abs(value) >= 1000 && Math.abs(value) < 1e5
    ? value.toFixed(0)
    : real(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}

/** The metric that stands for a test: that of its first rule, else its first. */
export function mainMetric(
  test: Pick<ModelTest, 'success'>,
  metrics: readonly Metric[],
): Metric | undefined {
  const [rule] = test.success;
  return metrics.find(({ name }) => name === rule?.metric) ?? metrics[0];
}

/** A rule in words: `Accuracy at least 90 %`. */
export function ruleText(rule: SuccessRule, metrics: readonly Metric[]): string {
  const metric = metrics.find(({ name }) => name === rule.metric);
  return `${metric?.title ?? rule.metric} ${ruleWords[rule.is]} ${metricText(metric, rule.value)}`;
}
