import type { CascadeReport, CascadeState } from '../../core/cascadeViews.ts';
import { isLineageError } from '../../core/lineageError.ts';

/** What a cascade came to, in numbers and words. */
export function reportOf(state: CascadeState): CascadeReport {
  const items = state.plan.items.map(({ id }) => state.items[id]?.is ?? 'waiting');
  const count = (...wanted: readonly string[]) => items.filter((is) => wanted.includes(is)).length;
  const made = state.plan.items
    .filter(({ id }) => state.items[id]?.is === 'done')
    .reduce((sum, { models }) => sum + models.length, 0);
  const [rejected, failed, blocked] = [count('rejected'), count('failed'), count('blocked')];
  const left = count('waiting', 'running', 'over-budget');
  const worse = state.comparisons.filter((each) => each.worse).length;
  const parts = [
    `${made} ${made === 1 ? 'model' : 'models'} brought up to date`,
    rejected > 0 ? `${rejected} rejected` : '',
    failed > 0 ? `${failed} failed` : '',
    blocked > 0 ? `${blocked} not begun for what is above` : '',
    left > 0 ? `${left} left` : '',
    state.comparisons.length > 0
      ? `${state.comparisons.length} test figures compared, ${worse} worse`
      : '',
  ];
  return {
    state,
    made,
    rejected,
    failed,
    blocked,
    finished: failed === 0 && left === 0,
    summary: parts.filter((part) => part !== '').join('; '),
  };
}

/** Why an item failed, in words that end without a full stop. */
export function whyFailed(error: unknown): string {
  if (!isLineageError(error)) return error instanceof Error ? error.message : String(error);
  const data = error.data as Readonly<Record<string, unknown>>;
  if (typeof data.reason === 'string') return data.reason;
  const facts = Object.values(data).filter((value) => typeof value === 'string');
  return [error.code.replaceAll('-', ' '), ...facts].join(': ');
}
