import type { Metric, SuccessRule, Tolerance } from '../../core/modelTests/modelTest.ts';

/** What a person writes is a percentage where the metric is a share of one. */
const scaleOf = (metric: Metric | undefined) => (metric?.unit === 'share' ? 100 : 1);

/** Without the rounding of a product: 0.29 × 100 is 29. */
const tidy = (value: number) => Number(value.toPrecision(12));

export const unitOf = (metric: Metric | undefined): string =>
  metric?.unit === 'share' ? '%' : (metric?.unit ?? '');

/** A value as a person writes it, and back. */
export const shownValue = (metric: Metric | undefined, value: number) =>
  tidy(value * scaleOf(metric));
export const writtenValue = (metric: Metric | undefined, text: number) =>
  tidy(text / scaleOf(metric));

/** The rule that a metric's direction suggests, at the value that is known or that would be perfect. */
export function newRule(metric: Metric, known: number | undefined): SuccessRule {
  const is = { max: 'at-least', min: 'at-most', equal: 'equal' } as const;
  const start = metric.unit === 'share' && metric.direction === 'max' ? 0.9 : 0;
  const value = known === undefined || !Number.isFinite(known) ? start : roomed(metric, known);
  return { metric: metric.name, is: is[metric.direction], value };
}

/** A little worse than what is known, so that the model it was read from passes. */
function roomed({ direction }: Metric, known: number): number {
  if (direction === 'equal') return known;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(known) || 1)) - 1);
  const round = direction === 'max' ? Math.floor : Math.ceil;
  return tidy(round(known / step) * step);
}

/** How a tolerance is written: of the value before in %, else in the metric's own unit. */
export const toleranceUnit = (metric: Metric, is: Tolerance['is']): string =>
  is === 'relative' ? '% of it' : metric.unit === 'share' ? 'points' : (metric.unit ?? '');

export const shownTolerance = (metric: Metric, { is, value }: Tolerance): number =>
  is === 'relative' ? tidy(value * 100) : shownValue(metric, value);

export const writtenTolerance = (metric: Metric, is: Tolerance['is'], text: number): Tolerance => ({
  is,
  value: is === 'relative' ? tidy(text / 100) : writtenValue(metric, text),
});
