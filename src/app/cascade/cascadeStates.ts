import type {
  CascadeItem,
  CascadeItemState,
  CascadePlan,
  CascadeState,
  CascadeTarget,
} from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';

export type ItemStates = CascadeState['items'];

/** All items waiting. */
export function waitingItems(plan: CascadePlan): ItemStates {
  return Object.fromEntries(plan.items.map(({ id }) => [id, { is: 'waiting' }]));
}

/** Items as another try finds them: what is made stays, all else is tried again. */
export function triedAgain(plan: CascadePlan, items: ItemStates): ItemStates {
  return Object.fromEntries(
    plan.items.map(({ id }): [string, CascadeItemState] => {
      const state = items[id] ?? { is: 'waiting' };
      const stays = state.is === 'done' || state.is === 'rejected' || state.is === 'running';
      return [id, stays ? state : { is: 'waiting' }];
    }),
  );
}

/** The item above for which an item cannot be begun; undefined where all its parents are made. */
export function blockerOf(item: CascadeItem, items: ItemStates): string | undefined {
  const stopped: readonly CascadeItemState['is'][] = ['failed', 'rejected', 'blocked'];
  return item.parents
    .flatMap(({ now }) => ('item' in now ? [now.item] : []))
    .find((id) => stopped.includes(items[id]?.is ?? 'waiting'));
}

/** The models that an item made, in the order of its models; undefined where it made none. */
export function madeBy(state: CascadeItemState | undefined): readonly NodeId[] | undefined {
  return state?.is === 'done' || state?.is === 'rejected' ? state.models : undefined;
}

/** The model that stands for a target now; undefined for one that is not made as a version. */
export function nodeNow(state: CascadeState, target: CascadeTarget): NodeId | undefined {
  if ('node' in target) return target.node;
  const found = state.items[target.item];
  if (found?.is !== 'done') return undefined;
  const item = state.plan.items.find(({ id }) => id === target.item);
  const at = item?.models.findIndex(({ node }) => node === target.of) ?? -1;
  return found.models[at];
}

/**
 * The version that a new one follows: as planned, or what that was to follow where it was not made.
 */
export function headNow(state: CascadeState, target: CascadeTarget): NodeId {
  const node = nodeNow(state, target);
  if (node !== undefined) return node;
  if ('node' in target) return target.node;
  const item = state.plan.items.find(({ id }) => id === target.item);
  const before = item?.models.find((model) => model.node === target.of)?.revises;
  if (before === undefined) throw new Error(`the plan has no model ${target.of}`);
  return headNow(state, before);
}
