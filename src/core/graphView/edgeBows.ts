import { at } from '../layout/at.ts';
import type { Flow, Positions } from '../layout/layout.ts';
import type { ViewPlan } from './viewPlan.ts';

/**
 * An edge this near before or after a node's centre across the flow, in pixels, seems to lead to it or
 * crosses its label: which stands below it with the flow `right`, and to the right of it with `down`.
 */
const clearances = { right: { before: 22, after: 26 }, down: { before: 18, after: 70 } } as const;
/** How far edges are bent to pass what is in their way, tried in this order. */
const bowsTried = { right: [-40, 40, -64, 64, -100, 100], down: [-28, -50, 90, -80, 120] } as const;
/** How far edges of different kinds between the same two nodes are kept apart, in pixels. */
const pairBow = 16;

/**
 * How far the middle of each edge is bent across the flow, in pixels (down with the flow `right`, to the
 * right with `down`; negative: the other way), so that it passes the nodes that stand between its ends
 * and does not cover the edge of the other kind between the same two.
 */
export function edgeBows(
  plan: ViewPlan,
  positions: Positions,
  flow: Flow = 'right',
): Map<string, number> {
  // Along the flow first, so that what follows need not know which way that is.
  const [along, across] = flow === 'right' ? [0, 1] : [1, 0];
  const place = new Map(
    plan.items.map(({ key }, i) => [
      key,
      [at(positions, i * 2 + along), at(positions, i * 2 + across)] as const,
    ]),
  );
  const nodes = [...place.values()].sort((a, b) => a[0] - b[0]);
  const pairs = new Set<string>();
  const bows = new Map<string, number>();
  for (const { key, from, to, kind } of plan.edges) {
    const other = `${kind === 'version' ? 'provenance' : 'version'} ${from} ${to}`;
    pairs.add(key);
    if (pairs.has(other)) {
      bows.set(other, -pairBow);
      bows.set(key, pairBow);
      continue;
    }
    const [start, end] = [place.get(from), place.get(to)];
    if (start === undefined || end === undefined) continue;
    bows.set(key, freeBow(start, end, between(nodes, start[0], end[0]), flow));
  }
  return bows;
}

type Place = readonly [along: number, across: number];

/** The nodes strictly between two layers; `nodes` are sorted along the flow. */
function between(nodes: readonly Place[], a: number, b: number): readonly Place[] {
  const [left, right] = [Math.min(a, b) + 1, Math.max(a, b) - 1];
  return nodes.slice(firstFrom(nodes, left), firstFrom(nodes, right));
}

function firstFrom(nodes: readonly Place[], x: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(nodes, middle)[0] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function freeBow(start: Place, end: Place, obstacles: readonly Place[], flow: Flow): number {
  const { before, after } = clearances[flow];
  const hits = (bow: number) =>
    obstacles.reduce((sum, [x, y]) => {
      const t = (x - start[0]) / (end[0] - start[0]);
      // A smooth step from end to end, and a parabola for the bow: near to the curve that is drawn.
      const path = start[1] + (end[1] - start[1]) * t * t * (3 - 2 * t) + bow * 4 * t * (1 - t);
      return sum + (path > y - before && path < y + after ? 1 : 0);
    }, 0);
  let best = 0;
  let fewest = hits(0);
  for (const bow of bowsTried[flow]) {
    if (fewest === 0) break;
    const count = hits(bow);
    if (count >= fewest) continue;
    best = bow;
    fewest = count;
  }
  return best;
}
