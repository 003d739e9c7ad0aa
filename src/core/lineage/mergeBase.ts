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
  const above = climb(lineage, [x], noneYet);
  // The first common ancestors on each way up from y: what lies above one of them is no better.
  const first = new Set<NodeId>();
  climb(lineage, [y], (id) => {
    if (above.has(id)) first.add(id);
    return first.has(id);
  });
  if (first.size < 2) return [...first];
  const parents = new Set<NodeId>();
  for (const id of first) for (const edge of lineage.incoming.get(id) ?? []) parents.add(edge.from);
  const outdone = climb(lineage, parents, noneYet);
  return [...lineage.nodes.keys()].filter((id) => first.has(id) && !outdone.has(id));
}

const noneYet = () => false;

/** Models and all above them, by edges of either kind; not above those where `stop` says so. */
function climb(
  lineage: Lineage,
  from: Iterable<NodeId>,
  stop: (id: NodeId) => boolean,
): Set<NodeId> {
  const found = new Set<NodeId>();
  for (const id of from) if (lineage.nodes.has(id)) found.add(id);
  // A set's iteration reaches what is added on the way.
  for (const id of found) {
    if (stop(id)) continue;
    for (const edge of lineage.incoming.get(id) ?? []) found.add(edge.from);
  }
  return found;
}
