import type { NodeId } from '../ids.ts';
import { nodeOf } from '../lineage/editLineage.ts';
import type { EdgeKind } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';

/** A model and all above it, as positions: a parent's is below its child's, the model's is the last. */
export interface SearchGraph {
  readonly ids: readonly NodeId[];
  /** By position. */
  readonly names: readonly string[];
  readonly positions: ReadonlyMap<NodeId, number>;
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly (readonly number[])[];
}

/** @throws LineageError `node-missing`. */
export function searchGraph(
  lineage: Lineage,
  bottom: NodeId,
  kinds: readonly EdgeKind[],
): SearchGraph {
  const above = parentsAbove(lineage, nodeOf(lineage, bottom).id, kinds);
  const positions = new Map([...childrenFirst(above)].reverse().map((id, at) => [id, at]));
  const ids = [...positions.keys()];
  const parents = ids.map((id) =>
    Array.from(above.get(id) ?? [], (parent) => positions.get(parent) as number),
  );
  const children: number[][] = ids.map(() => []);
  for (const [child, of] of parents.entries())
    for (const parent of of) children[parent]?.push(child);
  return { ids, names: ids.map((id) => nodeOf(lineage, id).name), positions, parents, children };
}

/** A node and all above it, each with its parents, each once though both kinds of edges may join two. */
function parentsAbove(
  lineage: Lineage,
  bottom: NodeId,
  kinds: readonly EdgeKind[],
): Map<NodeId, ReadonlySet<NodeId>> {
  const above = new Map<NodeId, ReadonlySet<NodeId>>();
  const open = [bottom];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (above.has(id)) continue;
    const parents = new Set<NodeId>();
    for (const edge of lineage.incoming.get(id) ?? [])
      if (kinds.includes(edge.kind)) parents.add(edge.from);
    above.set(id, parents);
    open.push(...parents);
  }
  return above;
}

/** Kahn's algorithm upwards. */
function childrenFirst(above: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): Set<NodeId> {
  const waitsFor = new Map<NodeId, number>();
  for (const parents of above.values())
    for (const parent of parents) waitsFor.set(parent, (waitsFor.get(parent) ?? 0) + 1);
  const ordered = new Set<NodeId>();
  for (const id of above.keys()) if (!waitsFor.has(id)) ordered.add(id);
  for (const id of ordered)
    for (const parent of above.get(id) ?? []) {
      const left = (waitsFor.get(parent) ?? 0) - 1;
      waitsFor.set(parent, left);
      if (left === 0) ordered.add(parent);
    }
  return ordered;
}

/** All that can be reached from some positions, these included. */
export function closure(next: readonly (readonly number[])[], from: Iterable<number>): Set<number> {
  const found = new Set(from);
  for (const at of found) for (const one of next[at] ?? []) found.add(one);
  return found;
}
