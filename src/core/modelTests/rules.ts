import type { ModelTest, SuccessRule } from './modelTest.ts';
import type { Verdict } from './testResult.ts';

/**
 * What a test's numbers mean: a NaN is a fail, then every rule must hold; without rules the test only
 * measures. A rule on a metric that was not found cannot be judged: `error`.
 */
export function verdictOf(
  { success }: Pick<ModelTest, 'success'>,
  metrics: Readonly<Record<string, number>>,
): Verdict {
  if (Object.values(metrics).some((value) => Number.isNaN(value))) return 'fail';
  if (success.length === 0) return 'measured';
  if (missingMetric(success, metrics) !== undefined) return 'error';
  return success.every((rule) => holds(rule, metrics[rule.metric] ?? NaN)) ? 'pass' : 'fail';
}

/** The first metric that a rule names and the run did not give. */
export function missingMetric(
  success: readonly SuccessRule[],
  metrics: Readonly<Record<string, number>>,
): string | undefined {
  return success.find(({ metric }) => !Object.hasOwn(metrics, metric))?.metric;
}

function holds({ is, value }: SuccessRule, found: number): boolean {
  if (is === 'at-least') return found >= value;
  if (is === 'at-most') return found <= value;
  return found === value;
}
