import type { ViewPlan } from '../../core/graphView/viewPlan.ts';
import type { FoldStep } from '../../core/graphView/viewState.ts';
import type { NodeId } from '../../core/ids.ts';

/** A way to fold or open around the selected models. */
export interface FoldChoice {
  readonly step: Exclude<FoldStep['is'], 'reveal'>;
  readonly label: string;
}

/** What can be folded around a selection: only what would change something. */
export function foldChoices(plan: ViewPlan, selection: readonly NodeId[]): FoldChoice[] {
  const selected = new Set(selection);
  const keys = new Map(
    plan.items.flatMap(({ key, is, nodes }) =>
      is !== 'below' && nodes.some((id) => selected.has(id)) ? [[key, is] as const] : [],
    ),
  );
  const from = plan.edges.filter(({ from }) => keys.has(from));
  const joined = plan.edges.some(({ from: a, to }) => keys.has(a) || keys.has(to));
  const choices: FoldChoice[] = [];
  if (from.some(({ to }) => !to.startsWith('b:'))) {
    choices.push({ step: 'fold', label: 'Fold descendants' });
  }
  if (from.some(({ to }) => to.startsWith('b:'))) {
    choices.push({ step: 'unfold', label: 'Unfold descendants' });
  }
  if ([...keys.values()].includes('stack')) {
    choices.push({ step: 'unfold-chain', label: 'Unfold versions' });
  } else if (
    plan.edges.some(({ kind, from: a, to }) => kind === 'version' && (keys.has(a) || keys.has(to)))
  ) {
    choices.push({ step: 'fold-chain', label: 'Fold versions' });
  }
  if (joined) choices.push({ step: 'fold-family', label: 'Fold family' });
  return choices;
}
