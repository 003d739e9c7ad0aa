import type {
  CascadeChoice,
  CascadeComparison,
  CascadeItem,
  CascadeItemState,
  CascadeKept,
  CascadePlan,
  CascadeState,
  CascadeTarget,
} from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Condition } from '../../core/searchViews.ts';
import { bytes, counted, duration, real } from '../format.ts';
import type { Mark, Tone } from '../work/work.ts';

/** What a person reads of each choice. */
export const choiceTitles: Readonly<Record<CascadeChoice['is'], string>> = {
  recipe: 'Run its recipe again',
  transplant: 'Transplant what it learnt',
  order: 'Make it in another way…',
  keep: 'Keep it as it is',
  leave: 'Leave it out, with what is only below it',
};

/** What each choice does, in a sentence. */
export const choiceNotes: Readonly<Record<CascadeChoice['is'], string>> = {
  recipe: 'The same steps, from the new versions of its parents.',
  transplant:
    'The old model − its old parent, added to the new parent. It is not trained: test it before you rely on it.',
  order: 'Another creation, with settings of your own, from the new parents.',
  keep: 'It stays; models below it keep it as their parent.',
  leave: 'Nothing is made of it or of what only hangs on it.',
};

/** Why a model stays as it is. */
export function keptText({ is, why }: Pick<CascadeKept, 'is' | 'why'>): string {
  switch (is) {
    case 'not-replayable':
      return `cannot be made again: ${why}`;
    case 'unchanged':
    case 'older':
      return `stays: ${why}`;
    case 'left':
      return 'left out, with what is only below it';
    case 'skipped':
      return 'skipped';
    case 'kept':
      return 'kept as it is';
    case 'stopped':
      return 'the update stops here';
  }
}

const stateTones: Readonly<Record<CascadeItemState['is'], Tone>> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  rejected: 'stopped',
  failed: 'stopped',
  blocked: 'unknown',
  'over-budget': 'unknown',
};

/** One or two words for how an item stands. */
export const stateTitles: Readonly<Record<CascadeItemState['is'], string>> = {
  waiting: 'waiting',
  running: 'at work',
  done: 'done',
  rejected: 'rejected',
  failed: 'failed',
  blocked: 'not begun',
  'over-budget': 'not begun',
};

export const toneOf = (state: CascadeItemState): Tone => stateTones[state.is];

/** The name of what a target stands for: of a model that there is, or of the one that will be made. */
export function targetName(
  target: CascadeTarget,
  plan: CascadePlan,
  nameOf: (id: NodeId) => string,
): string {
  if ('node' in target) return nameOf(target.node);
  const item = plan.items.find(({ id }) => id === target.item);
  return item?.models.find(({ node }) => node === target.of)?.name ?? nameOf(target.of);
}

/** Why an item stands as it does; empty where its state says all. */
export function stateNote(state: CascadeItemState, plan: CascadePlan): string {
  switch (state.is) {
    case 'done':
      return `${duration(state.ms)}, ${bytes(state.bytes)} stored`;
    case 'rejected':
    case 'failed':
      return sentence(state.why);
    case 'blocked':
      return `It needs ${namesOf(plan.items.find(({ id }) => id === state.by)) || 'a model above it'}, which was not made.`;
    case 'over-budget':
      return 'The budget was used up.';
    case 'waiting':
    case 'running':
      return '';
  }
}

/** "What was rejected …" begins with a capital and ends with a full stop. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === '') return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** Names of the models that an item makes. */
export function namesOf(item: CascadeItem | undefined): string {
  return item?.models.map(({ name }) => name).join(', ') ?? '';
}

/** "3 models, about 12 s and 1.20 MB; 1 of unknown time". */
export function totalsText({ items, estimate }: CascadePlan): string {
  const models = items.reduce((sum, item) => sum + item.models.length, 0);
  const known = items.length - estimate.unknown;
  const time = known === 0 ? 'time not known' : about(duration(estimate.ms));
  const parts = [counted(models, 'model'), time, `about ${bytes(estimate.bytes)}`];
  const unknown =
    estimate.unknown > 0 && known > 0
      ? `; the time of ${estimate.unknown} of ${counted(items.length, 'step')} is not known`
      : '';
  return `${parts.join(' · ')}${unknown}`;
}

/** "about 12 s", "under 1 s". */
export function about(span: string): string {
  return span.startsWith('under') ? span : `about ${span}`;
}

/** What an item may take: "About 12 s", "No training: moments". */
export function timeText({ estimate }: CascadeItem): string {
  if (estimate.ms !== undefined) return sentence(about(duration(estimate.ms))).slice(0, -1);
  return estimate.untrained === true ? 'No training: moments' : 'Time not known';
}

/** How each model stands in a plan that is not run yet. */
export function planMarks(plan: CascadePlan): ReadonlyMap<NodeId, Mark> {
  const marks = new Map<NodeId, Mark>([
    [plan.order.new, { tone: 'next', label: 'the new version' }],
  ]);
  for (const { models } of plan.items)
    for (const { node, name } of models)
      marks.set(node, { tone: 'waiting', label: `will be made again: as ${name}` });
  for (const { node, is, why } of plan.kept)
    marks.set(
      node,
      is === 'not-replayable'
        ? { tone: 'unknown', label: `cannot be made again: ${why}` }
        : { tone: 'candidate', label: `stays as it is: ${why}` },
    );
  return marks;
}

/** How each model stands while a cascade runs, and after it: the old ones and those made. */
export function stateMarks({ plan, items }: CascadeState): ReadonlyMap<NodeId, Mark> {
  const marks = new Map<NodeId, Mark>();
  for (const item of plan.items) {
    const state = items[item.id] ?? { is: 'waiting' };
    const mark = { tone: toneOf(state), label: markLabel(state) };
    for (const { node } of item.models) marks.set(node, mark);
    if (state.is === 'done')
      for (const id of state.models) marks.set(id, { tone: 'done', label: 'made by the update' });
    if (state.is === 'rejected')
      for (const id of state.models) marks.set(id, { tone: 'stopped', label: 'rejected' });
  }
  return marks;
}

function markLabel(state: CascadeItemState): string {
  switch (state.is) {
    case 'waiting':
      return 'waits to be made again';
    case 'running':
      return 'is being made again';
    case 'done':
      return 'made again';
    case 'rejected':
      return `rejected: ${state.why}`;
    case 'failed':
      return `failed: ${state.why}`;
    case 'blocked':
    case 'over-budget':
      return 'not begun';
  }
}

/** Whether a figure got better, worse than its test allows, or neither. */
export function verdictOf(row: CascadeComparison): 'worse' | 'better' | 'same' {
  if (row.worse) return 'worse';
  const { before, after, measure } = row;
  if (row.verdicts.before === 'fail' && row.verdicts.after === 'pass') return 'better';
  if (before === undefined || after === undefined || measure === undefined) return 'same';
  if (measure.direction === 'max') return after > before ? 'better' : 'same';
  if (measure.direction === 'min') return after < before ? 'better' : 'same';
  return 'same';
}

/** A figure with its unit. */
export function figure(value: number | undefined, unit: string | undefined): string {
  if (value === undefined) return '–';
  if (unit === 'share') return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '–';
  if (unit === 'bytes') return bytes(value);
  return unit === undefined ? real(value) : `${real(value)} ${unit}`;
}

/** A condition on models from what a person picked; undefined where nothing was. */
export function anyOf(conditions: readonly Condition[]): Condition | undefined {
  const nodes = conditions.flatMap((each) => (each.is === 'among' ? each.nodes : []));
  const others = conditions.filter(({ is }) => is !== 'among');
  const all: Condition[] = nodes.length > 0 ? [...others, { is: 'among', nodes }] : others;
  return all.length > 1 ? { is: 'some', conditions: all } : all[0];
}
