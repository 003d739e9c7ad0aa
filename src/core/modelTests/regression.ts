import type { Metric } from './modelTest.ts';

/** Below this a value before is as good as 0, and a relative tolerance counts as an absolute one. */
const nothing = 1e-9;

/**
 * Whether a metric got worse by more than its tolerance, in the direction that the metric declares. A
 * number that became NaN is worse; what was NaN cannot get worse.
 *
 * Source: reference.md 6.4 and 8: relative change is (after − before) / |before|.
 */
export function isWorse(
  { direction, tolerance }: Pick<Metric, 'direction' | 'tolerance'>,
  before: number,
  after: number,
): boolean {
  if (Number.isNaN(before)) return false;
  if (Number.isNaN(after)) return true;
  // Also equal infinities, whose difference is NaN.
  if (before === after) return false;
  const change = { max: before - after, min: after - before, equal: Math.abs(after - before) };
  const loss = change[direction];
  if (loss <= 0) return false;
  if (!Number.isFinite(loss)) return true;
  const relative = tolerance.is === 'relative' && Math.abs(before) >= nothing;
  // Rounding of the subtraction must not turn a change of exactly the tolerance into a regression.
  const slack = 4 * Number.EPSILON * Math.max(Math.abs(before), Math.abs(after));
  return loss > tolerance.value * (relative ? Math.abs(before) : 1) + slack;
}
