import type { CascadeTarget } from '../cascadeViews.ts';
import type { NodeId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';

/** A parent of a unit of work from outside of it, and what stands for it now. */
export interface UnitParent {
  readonly old: NodeId;
  readonly now: CascadeTarget;
  readonly changed: boolean;
}

/** The parents of some models that are not among them, each once, in the order of recipes and then of ids. */
export function unitParents(
  lineage: Lineage,
  nodes: readonly ModelNode[],
  now: ReadonlyMap<NodeId, CascadeTarget>,
): UnitParent[] {
  const own = new Set(nodes.map(({ id }) => id));
  const olds = new Set<NodeId>();
  for (const node of nodes) {
    const parents = new Set<NodeId>();
    for (const edge of lineage.incoming.get(node.id) ?? [])
      if (edge.kind === 'provenance' && !own.has(edge.from)) parents.add(edge.from);
    for (const parent of node.recipe?.parents ?? [])
      if (parents.delete(parent.node)) olds.add(parent.node);
    const others = parents.size > 1 ? [...parents].sort(byPart(lineage)) : parents;
    for (const parent of others) olds.add(parent);
  }
  return [...olds].map((old) => {
    const target = now.get(old);
    return { old, now: target ?? { node: old }, changed: target !== undefined };
  });
}

/** `client 2` before `client 10`; the same on every machine, whatever order the edges are stored in. */
function byPart(lineage: Lineage): (a: NodeId, b: NodeId) => number {
  const key = (id: NodeId) => {
    const part = lineage.nodes.get(id)?.recipe?.part ?? '';
    return `${String(part.length).padStart(6, '0')} ${part} ${id}`;
  };
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

/** Why a recipe cannot be run with the new versions of these parents; undefined where it can. */
export function whyNotReplayable(
  lineage: Lineage,
  nodes: readonly ModelNode[],
  parents: readonly UnitParent[],
): string | undefined {
  const own = new Set(nodes.map(({ id }) => id));
  for (const { recipe } of nodes) {
    if (recipe === undefined) return 'it has no recipe';
    const named = recipe.parents.map(({ node }) => node);
    const gone = named.find((id) => !lineage.nodes.has(id));
    if (gone !== undefined) return 'a parent that its recipe names has been removed';
    const strange = parents.find(
      ({ old, changed }) => changed && !own.has(old) && !named.includes(old),
    );
    if (strange !== undefined)
      return `its recipe does not begin with ${lineage.nodes.get(strange.old)?.name ?? 'that parent'}`;
  }
  return undefined;
}
