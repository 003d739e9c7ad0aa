import type { MergeEdge } from './structure.ts';

/** A change of one side, where it acts in the dataflow. */
export interface Seed {
  /** For people: the layer's label, "operators of a → b". */
  readonly label: string;
  /** The unit that changed; its own neighbours are reached, not it. */
  readonly unit?: string;
  /** The ends of an edge that changed, which are reached themselves. */
  readonly ends?: { readonly from: string; readonly to: string };
}

/** How a change of the other side reaches a unit: it feeds it, or is fed by it. */
export interface Reached {
  readonly by: string;
  readonly way: 'feeds' | 'reads';
}

/**
 * The units that a directed path joins with a seed, either way. Two walks, whatever the number of seeds:
 * each unit keeps the seed that came first.
 *
 * Cost: linear in the edges.
 */
export function reachedUnits(
  edges: readonly MergeEdge[],
  seeds: readonly Seed[],
): ReadonlyMap<string, Reached> {
  const down = walk(edges, seeds, 'from', 'to');
  const up = walk(edges, seeds, 'to', 'from');
  const reached = new Map<string, Reached>();
  for (const [unit, by] of up) reached.set(unit, { by, way: 'reads' });
  for (const [unit, by] of down) reached.set(unit, { by, way: 'feeds' });
  return reached;
}

function walk(
  edges: readonly MergeEdge[],
  seeds: readonly Seed[],
  near: 'from' | 'to',
  far: 'from' | 'to',
): Map<string, string> {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const list = next.get(edge[near]);
    if (list === undefined) next.set(edge[near], [edge[far]]);
    else list.push(edge[far]);
  }
  const reached = new Map<string, string>();
  const reach = (unit: string, by: string): void => {
    if (unit !== 'IN' && unit !== 'OUT' && !reached.has(unit)) reached.set(unit, by);
  };
  for (const { unit, ends, label } of seeds) {
    for (const each of unit === undefined ? [] : (next.get(unit) ?? [])) reach(each, label);
    if (ends !== undefined) reach(ends[far], label);
  }
  // A map's iteration reaches what is added on the way.
  for (const [unit, by] of reached) for (const each of next.get(unit) ?? []) reach(each, by);
  return reached;
}
