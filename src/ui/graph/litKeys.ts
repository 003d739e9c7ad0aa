import type { ViewItem, ViewPlan } from '../../core/graphView/viewPlan.ts';
import type { NodeId } from '../../core/ids.ts';

/**
 * What stays bright while the rest is dimmed: an item with its parents and children, or else what a
 * search found. Empty when nothing is to be dimmed.
 */
export function litKeys(
  plan: ViewPlan,
  around: string | undefined,
  found: ReadonlySet<string> | undefined,
): ReadonlySet<string> {
  if (around === undefined) return found ?? new Set();
  const lit = new Set([around]);
  for (const { from, to } of plan.edges) {
    if (from === around) lit.add(to);
    if (to === around) lit.add(from);
  }
  // A model without relatives would dim everything for nothing.
  return lit.size > 1 ? lit : new Set();
}

/** Keys of the items that hold any of these models. */
export function keysOf(items: readonly ViewItem[], ids: readonly NodeId[]): ReadonlySet<string> {
  if (ids.length === 0) return new Set();
  const wanted = new Set(ids);
  return new Set(
    items.filter(({ nodes }) => nodes.some((id) => wanted.has(id))).map(({ key }) => key),
  );
}
