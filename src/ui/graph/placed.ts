import type { Flow, Positions } from '../../core/layout/layout.ts';
import type { ViewPlan } from '../../core/graphView/viewPlan.ts';

/** A plan and where its items stand. */
export interface Placed {
  readonly plan: ViewPlan;
  readonly positions: Positions;
  readonly flow: Flow;
}

/** Where the next drawing is put on screen. */
export interface NextView {
  readonly fit?: boolean;
  /** Key of a node that should not move on screen. */
  readonly anchor?: string;
  /** Key of a node to bring on screen. */
  readonly reveal?: string;
}

/** An item that two drawings share, undefined where there is none. */
export function commonKey(before: Placed | undefined, after: Placed): string | undefined {
  const keys = new Set(before?.plan.items.map(({ key }) => key));
  return after.plan.items.find(({ key }) => keys.has(key))?.key;
}
