import { at } from '../layout/at.ts';
import { neighbours, type LineageIndex } from './lineageIndex.ts';
import type { Kept } from './filterLineage.ts';

export type Direction = 'up' | 'down' | 'both';

/**
 * Marks the nodes at most `depth` edges from a seed: against the edges (`up`: what it came from),
 * along them (`down`: what came of it), or the two of these together. `both` does not turn round on the
 * way, so siblings are not in it.
 *
 * @param depth - at least 0; `Infinity` for all.
 */
export function neighbourhood(
  index: LineageIndex,
  kept: Kept,
  seeds: readonly number[],
  depth: number,
  direction: Direction,
): Uint8Array {
  const from: number[] = [];
  const to: number[] = [];
  kept.edges.forEach((keep, e) => {
    if (keep === 0) return;
    from.push(at(index.from, e));
    to.push(at(index.to, e));
  });
  const reached = new Uint8Array(index.nodes.length);
  if (direction !== 'up') walk(reached, seeds, depth, from, to);
  if (direction !== 'down') walk(reached, seeds, depth, to, from);
  return reached;
}

function walk(
  reached: Uint8Array,
  seeds: readonly number[],
  depth: number,
  from: readonly number[],
  to: readonly number[],
): void {
  const { offsets, targets } = neighbours(reached.length, from, to);
  const seen = new Uint8Array(reached.length);
  let front = [...new Set(seeds)];
  for (const seed of front) seen[seed] = 1;
  for (let step = 0; front.length > 0; step++) {
    for (const node of front) reached[node] = 1;
    if (step >= depth) return;
    const next: number[] = [];
    for (const node of front) {
      for (let i = at(offsets, node); i < at(offsets, node + 1); i++) {
        const other = at(targets, i);
        if (seen[other] === 1) continue;
        seen[other] = 1;
        next.push(other);
      }
    }
    front = next;
  }
}
