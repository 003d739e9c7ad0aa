import type { Branch } from '../../core/branches/branch.ts';
import type { NodeId } from '../../core/ids.ts';

const known = new WeakMap<readonly Branch[], ReadonlyMap<NodeId, readonly string[]>>();

/** Names of the branches at each model, in the order in which they were added. */
export function branchesAt(branches: readonly Branch[]): ReadonlyMap<NodeId, readonly string[]> {
  // Every row of a list asks: made once for each state of the graph.
  const made = known.get(branches);
  if (made !== undefined) return made;
  const names = new Map<NodeId, string[]>();
  for (const { name, head } of branches) names.set(head, [...(names.get(head) ?? []), name]);
  known.set(branches, names);
  return names;
}
