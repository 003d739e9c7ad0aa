import type { NodeId } from '../ids.ts';
import type { Lineage } from './lineage.ts';

/**
 * The best common ancestors of two models over both kinds of edges: those that are not an ancestor of
 * another common one. A model is an ancestor of itself, so a model and one below it have the upper one.
 * Several where histories cross; none where the two are not related.
 *
 * Cost: the part of the graph above the two.
 *
 * Source: reference §11.
 *
 * @returns in the order of the lineage's nodes: independent of the order of `x` and `y`.
 */
export function mergeBases(lineage: Lineage, x: NodeId, y: NodeId): NodeId[] {
  const aboveX = ancestorsOf(lineage, x);
  const aboveY = ancestorsOf(lineage, y);
  const common = new Set<NodeId>();
  for (const id of aboveX) if (aboveY.has(id)) common.add(id);
  // All that lies between a common ancestor and one above it is common too, so a look at the
  // children tells whether one is above another.
  const outdone = new Set<NodeId>();
  for (const id of common)
    for (const edge of lineage.incoming.get(id) ?? []) outdone.add(edge.from);
  const best = [...common].filter((id) => !outdone.has(id));
  if (best.length < 2) return best;
  const wanted = new Set(best);
  return [...lineage.nodes.keys()].filter((id) => wanted.has(id));
}

/** A model and all above it, by edges of either kind. */
function ancestorsOf(lineage: Lineage, from: NodeId): Set<NodeId> {
  const found = new Set<NodeId>(lineage.nodes.has(from) ? [from] : []);
  // A set's iteration reaches what is added on the way.
  for (const id of found) for (const edge of lineage.incoming.get(id) ?? []) found.add(edge.from);
  return found;
}
