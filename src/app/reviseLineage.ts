import type { ConstructionPorts } from '../core/construction/types.ts';
import type { NodeId } from '../core/ids.ts';
import type { Edge, GraphData } from '../core/lineage/graph.ts';
import type { Run } from '../core/ports/run.ts';
import {
  constructionMemory,
  constructLineage,
  type ConstructionMemory,
} from './constructLineage.ts';

/** What construction would change: inferred edges only. */
export interface LineageRevision {
  readonly added: readonly Edge[];
  readonly removed: readonly Edge[];
}

/**
 * Constructs the families of `newNodes` anew: like `constructLineage`, but inferred edges of what
 * they belong to may go when better ones are found, as when a checkpoint comes after its exports.
 * So models added one by one end up as they would in one batch. Declared and re-derived edges stay.
 * Writes nothing. Cost: as for a batch of all members of these families.
 */
export async function reviseLineage(
  ports: ConstructionPorts,
  graph: GraphData,
  newNodes: readonly NodeId[],
  run: Run,
  memory: ConstructionMemory = constructionMemory(),
): Promise<LineageRevision> {
  const first = await constructLineage(ports, graph, newNodes, run, memory);
  const family = connected([...graph.edges, ...first], newNodes);
  const isOld = (edge: Edge): boolean =>
    edge.grade === 'inferred' && family.has(edge.from) && family.has(edge.to);
  const old = graph.edges.filter(isOld);
  if (old.length === 0) return { added: first, removed: [] };
  const kept = { ...graph, edges: graph.edges.filter((edge) => !isOld(edge)) };
  const found = await constructLineage(ports, kept, [...family], run, memory);
  const before = new Set(old.map(keyOf));
  const after = new Set(found.map(keyOf));
  return {
    added: found.filter((edge) => !before.has(keyOf(edge))),
    removed: old.filter((edge) => !after.has(keyOf(edge))),
  };
}

function keyOf({ kind, from, to }: Edge): string {
  return `${kind} ${from} ${to}`;
}

/** All nodes that edges join to `start`, whichever way they point. */
function connected(edges: readonly Edge[], start: readonly NodeId[]): Set<NodeId> {
  const beside = new Map<NodeId, NodeId[]>();
  for (const { from, to } of edges) {
    beside.set(from, [...(beside.get(from) ?? []), to]);
    beside.set(to, [...(beside.get(to) ?? []), from]);
  }
  const seen = new Set(start);
  const stack = [...start];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const next of beside.get(node) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return seen;
}
