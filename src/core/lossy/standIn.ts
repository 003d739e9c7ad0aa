import { movedTo } from '../branches/moved.ts';
import type { NodeId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import { nodeOf } from '../lineage/editLineage.ts';
import type { Edge, Evidence } from '../lineage/graph.ts';
import { edgeKey, edgesOf, type Lineage } from '../lineage/lineage.ts';
import type { Change } from '../lineage/operation.ts';
import type { Binding } from '../modelTests/modelTest.ts';

/**
 * Removes models and puts others in their places: edges, branches and bindings of tests go over to the
 * model that stands in. Edges that go over are inferred ones; what says so is their evidence.
 *
 * @param places - removed model → the one that stands in for it, which stays.
 * @throws LineageError `node-missing`.
 */
export function standIn(lineage: Lineage, places: ReadonlyMap<NodeId, NodeId>): Change[] {
  for (const [removed, by] of places) {
    nodeOf(lineage, removed);
    if (places.has(by)) throw new LineageError('node-missing', { node: by });
    nodeOf(lineage, by);
  }
  const gone = new Map<string, Edge>();
  for (const removed of places.keys())
    for (const edge of edgesOf(lineage, removed))
      gone.set(edgeKey(edge.kind, edge.from, edge.to), edge);
  return [
    ...[...gone.values()].map((before): Change => ({ of: 'edge', before })),
    ...movedBranches(lineage, places),
    ...reboundTests(lineage, places),
    ...[...places.keys()].map((id): Change => ({ of: 'node', before: nodeOf(lineage, id) })),
    ...newEdges(lineage, places, [...gone.values()]).map((after): Change => ({
      of: 'edge',
      after,
    })),
  ];
}

function newEdges(
  lineage: Lineage,
  places: ReadonlyMap<NodeId, NodeId>,
  gone: readonly Edge[],
): Edge[] {
  const at = (id: NodeId): NodeId => places.get(id) ?? id;
  const added = new Map<string, Edge>();
  const versions = new Map<NodeId, number>();
  for (const edge of gone) {
    const [from, to] = [at(edge.from), at(edge.to)];
    const key = edgeKey(edge.kind, from, to);
    if (from === to || lineage.edges.has(key) || added.has(key)) continue;
    if (edge.kind === 'version') {
      // A model has at most two predecessors: those that stay come first.
      const kept = versions.get(to) ?? keptVersions(lineage, places, to);
      if (kept >= mostPredecessors) continue;
      versions.set(to, kept + 1);
    }
    const role = edge.role === undefined ? {} : { role: edge.role };
    added.set(key, { kind: edge.kind, from, to, grade: 'inferred', evidence: stoodIn, ...role });
  }
  return withoutCycles(lineage, places, [...added.values()]);
}

const mostPredecessors = 2;

function keptVersions(lineage: Lineage, places: ReadonlyMap<NodeId, NodeId>, to: NodeId): number {
  let count = 0;
  for (const edge of lineage.incoming.get(to) ?? [])
    if (edge.kind === 'version' && !places.has(edge.from)) count++;
  return count;
}

/** What would close a cycle is left out: a model between the two that are now one. */
function withoutCycles(
  lineage: Lineage,
  places: ReadonlyMap<NodeId, NodeId>,
  edges: readonly Edge[],
): Edge[] {
  const below = new Map<NodeId, NodeId[]>();
  const join = ({ from, to }: Pick<Edge, 'from' | 'to'>) => {
    below.set(from, [...(below.get(from) ?? []), to]);
  };
  for (const edge of lineage.edges.values())
    if (!places.has(edge.from) && !places.has(edge.to)) join(edge);
  return edges.filter((edge) => {
    const reached = new Set([edge.to]);
    for (const node of reached) for (const child of below.get(node) ?? []) reached.add(child);
    if (reached.has(edge.from)) return false;
    join(edge);
    return true;
  });
}

const stoodIn: Evidence = {
  rule: 'stood-in',
  relation: 'by way of a model that this one stands in for',
  confidence: 1,
  direction: { confidence: 1, because: 'the model that is gone stood there' },
  facts: [],
};

function movedBranches(lineage: Lineage, places: ReadonlyMap<NodeId, NodeId>): Change[] {
  return [...lineage.branches.values()].flatMap((before): Change[] => {
    const head = places.get(before.head);
    return head === undefined ? [] : [{ of: 'branch', before, after: movedTo(before, head) }];
  });
}

function reboundTests(lineage: Lineage, places: ReadonlyMap<NodeId, NodeId>): Change[] {
  return [...lineage.tests.values()].flatMap((before): Change[] => {
    const rebound = before.bindings.map((binding): Binding => {
      const node = binding.is === 'node' ? places.get(binding.node) : undefined;
      return binding.is === 'node' && node !== undefined ? { ...binding, node } : binding;
    });
    const changed = rebound.some((binding, i) => binding !== before.bindings[i]);
    return changed ? [{ of: 'test', before, after: { ...before, bindings: rebound } }] : [];
  });
}
