import { at } from '../layout/at.ts';
import type { Flow, Positions } from '../layout/layout.ts';
import type { ViewPlan } from './viewPlan.ts';

export type Move = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/**
 * Where the keyboard's focus goes from an item: `left` and `right` along edges to the parent or child
 * nearest in height, and where there is none to the nearest item on that side; `up` and `down` to the
 * nearest item above or below, those in the same column before others. With the flow `down` the two
 * pairs change places.
 *
 * @returns the key of the item to go to: `key` itself where there is nothing on that side, the first
 * item where `key` is not drawn, undefined for an empty plan.
 */
export function moveFocus(
  plan: ViewPlan,
  positions: Positions,
  key: string | undefined,
  move: Move,
  flow: Flow = 'right',
): string | undefined {
  const here = plan.items.findIndex((item) => item.key === key);
  if (move === 'last') return plan.items.at(-1)?.key;
  if (here === -1 || move === 'first') return plan.items[0]?.key;
  const [back, on] = flow === 'right' ? (['left', 'right'] as const) : (['up', 'down'] as const);
  if (move === back || move === on) {
    const joined = plan.edges.flatMap(({ from, to }) =>
      move === on ? (from === key ? [to] : []) : to === key ? [from] : [],
    );
    const ends = new Set(joined);
    const next = nearest(plan, positions, here, move, (i) => ends.has(at(plan.items, i).key));
    if (next !== undefined) return next;
  }
  return nearest(plan, positions, here, move, () => true) ?? key;
}

function nearest(
  plan: ViewPlan,
  positions: Positions,
  here: number,
  move: Move,
  allowed: (item: number) => boolean,
): string | undefined {
  const [x, y] = [at(positions, here * 2), at(positions, here * 2 + 1)];
  let best: string | undefined;
  let least = Infinity;
  plan.items.forEach(({ key }, i) => {
    if (i === here || !allowed(i)) return;
    const dx = at(positions, i * 2) - x;
    const dy = at(positions, i * 2 + 1) - y;
    const ahead = { left: -dx, right: dx, up: -dy, down: dy, first: 0, last: 0 }[move];
    if (ahead < 1) return;
    const aside = move === 'up' || move === 'down' ? Math.abs(dx) : Math.abs(dy);
    // Straight ahead before aside: a sibling two rows down is nearer than a stranger one row down.
    const distance = ahead + aside * 2.5;
    if (distance >= least) return;
    least = distance;
    best = key;
  });
  return best;
}
