import type { CascadeTarget } from '../cascadeViews.ts';
import type { NodeId } from '../ids.ts';
import type { Edge, ModelNode } from '../lineage/graph.ts';
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
  const [first] = nodes;
  const edges = first === undefined ? undefined : lineage.incoming.get(first.id);
  // Most models have one parent, and plans are of thousands.
  if (nodes.length === 1 && edges?.size === 1) return onlyParent(edges, now);
  const own = new Set(nodes.map(({ id }) => id));
  const olds = new Set<NodeId>();
  for (const node of nodes) for (const parent of outerParents(lineage, node, own)) olds.add(parent);
  return [...olds].map((old) => parentNow(old, now));
}

function onlyParent(edges: Iterable<Edge>, now: ReadonlyMap<NodeId, CascadeTarget>): UnitParent[] {
  for (const { kind, from } of edges) if (kind === 'provenance') return [parentNow(from, now)];
  return [];
}

function parentNow(old: NodeId, now: ReadonlyMap<NodeId, CascadeTarget>): UnitParent {
  const target = now.get(old);
  return { old, now: target ?? { node: old }, changed: target !== undefined };
}

/** Provenance parents that are not in `own`: those that the recipe names in its order, then the others. */
function outerParents(
  lineage: Lineage,
  { id, recipe }: ModelNode,
  own: ReadonlySet<NodeId>,
): NodeId[] {
  const parents = new Set<NodeId>();
  for (const { kind, from } of lineage.incoming.get(id) ?? [])
    if (kind === 'provenance' && !own.has(from)) parents.add(from);
  const named = (recipe?.parents ?? []).flatMap(({ node }) => (parents.delete(node) ? [node] : []));
  return [...named, ...(parents.size > 1 ? [...parents].sort(byPart(lineage)) : parents)];
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
  for (const { recipe } of nodes) {
    if (recipe === undefined) return 'it has no recipe';
    const { parents: named } = recipe;
    if (named.some(({ node }) => !lineage.nodes.has(node)))
      return 'a parent that its recipe names has been removed';
    const strange = parents.find(
      ({ old, changed }) => changed && !named.some(({ node }) => node === old),
    );
    if (strange !== undefined)
      return `its recipe does not begin with ${lineage.nodes.get(strange.old)?.name ?? 'that parent'}`;
  }
  return undefined;
}
