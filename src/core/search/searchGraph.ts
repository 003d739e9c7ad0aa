import type { NodeId } from '../ids.ts';
import type { EdgeKind } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { neighbours, walk } from '../lineage/walk.ts';

/** A model and all above it, as positions: a parent's is below its child's, the model's is the last. */
export interface SearchGraph {
  readonly ids: readonly NodeId[];
  readonly positions: ReadonlyMap<NodeId, number>;
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly (readonly number[])[];
  /** By position: where the node comes when ties are broken, by name. */
  readonly rank: Int32Array;
}

/** @throws LineageError `node-missing`. */
export function searchGraph(
  lineage: Lineage,
  bottom: NodeId,
  kinds: readonly EdgeKind[],
): SearchGraph {
  const up = { kinds, direction: 'up' } as const;
  const ids = [...walk(lineage, { start: [bottom], ...up, order: 'topological' })].reverse();
  const positions = new Map(ids.map((id, at) => [id, at]));
  const parents = ids.map((id) =>
    neighbours(lineage, id, up).map((node) => positions.get(node.id) ?? 0),
  );
  const children: number[][] = ids.map(() => []);
  for (const [child, above] of parents.entries())
    for (const parent of above) children[parent]?.push(child);
  const name = (at: number) => lineage.nodes.get(ids[at] as NodeId)?.name ?? '';
  const rank = new Int32Array(ids.length);
  const byName = Array.from(ids, (_, at) => ({ at, name: name(at) }));
  byName.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  for (const [place, { at }] of byName.entries()) rank[at] = place;
  return { ids, positions, parents, children, rank };
}

/** All that can be reached from some positions, these included. */
export function closure(next: readonly (readonly number[])[], from: Iterable<number>): Set<number> {
  const found = new Set(from);
  for (const at of found) for (const one of next[at] ?? []) found.add(one);
  return found;
}
