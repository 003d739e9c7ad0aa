import type { Branch } from '../branches/branch.ts';
import type { DatasetRecord } from '../data/dataset.ts';
import type { DatasetId, NodeId, TestId } from '../ids.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';
import type { Edge, EdgeKind, GraphData, ModelNode, Rejection } from './graph.ts';

/**
 * The graph indexed for work: a node by id or name, the edges at a node. Changed only through
 * `applyChanges`, which keeps its invariants.
 */
export interface Lineage {
  readonly nodes: Map<NodeId, ModelNode>;
  readonly names: Map<string, NodeId>;
  /** By `edgeKey`. */
  readonly edges: Map<string, Edge>;
  /** Edges that begin, and that end, at a node; a node without any may be missing. */
  readonly outgoing: Map<NodeId, Set<Edge>>;
  readonly incoming: Map<NodeId, Set<Edge>>;
  /** By `rejectionKey`. */
  readonly rejections: Map<string, Rejection>;
  readonly datasets: Map<DatasetId, DatasetRecord>;
  readonly tests: Map<TestId, ModelTest>;
  /** By name. */
  readonly branches: Map<string, Branch>;
}

export function edgeKey(kind: EdgeKind, from: NodeId, to: NodeId): string {
  return `${kind} ${from} ${to}`;
}

/** The same for both orders of the pair. */
export function rejectionKey({ kind, a, b }: Rejection): string {
  return a < b ? `${kind} ${a} ${b}` : `${kind} ${b} ${a}`;
}

export function emptyLineage(): Lineage {
  return {
    nodes: new Map(),
    names: new Map(),
    edges: new Map(),
    outgoing: new Map(),
    incoming: new Map(),
    rejections: new Map(),
    datasets: new Map(),
    tests: new Map(),
    branches: new Map(),
  };
}

/** Indexes stored data, which is taken to be valid. */
export function lineageOf(data: GraphData): Lineage {
  const lineage = emptyLineage();
  for (const node of data.nodes) putNode(lineage, node);
  for (const edge of data.edges) putEdge(lineage, edge);
  for (const rejection of data.rejections)
    lineage.rejections.set(rejectionKey(rejection), rejection);
  for (const dataset of data.datasets) lineage.datasets.set(dataset.id, dataset);
  for (const test of data.tests) lineage.tests.set(test.id, test);
  for (const branch of data.branches) lineage.branches.set(branch.name, branch);
  return lineage;
}

export function dataOf(lineage: Lineage): GraphData {
  return {
    nodes: [...lineage.nodes.values()],
    edges: [...lineage.edges.values()],
    rejections: [...lineage.rejections.values()],
    datasets: [...lineage.datasets.values()],
    tests: [...lineage.tests.values()],
    branches: [...lineage.branches.values()],
  };
}

export function putNode(lineage: Lineage, node: ModelNode): void {
  lineage.nodes.set(node.id, node);
  lineage.names.set(node.name, node.id);
}

export function dropNode(lineage: Lineage, node: ModelNode): void {
  lineage.nodes.delete(node.id);
  if (lineage.names.get(node.name) === node.id) lineage.names.delete(node.name);
}

export function putEdge(lineage: Lineage, edge: Edge): void {
  lineage.edges.set(edgeKey(edge.kind, edge.from, edge.to), edge);
  ends(lineage.outgoing, edge.from).add(edge);
  ends(lineage.incoming, edge.to).add(edge);
}

export function dropEdge(lineage: Lineage, edge: Edge): void {
  const key = edgeKey(edge.kind, edge.from, edge.to);
  const stored = lineage.edges.get(key);
  if (stored === undefined) return;
  lineage.edges.delete(key);
  lineage.outgoing.get(edge.from)?.delete(stored);
  lineage.incoming.get(edge.to)?.delete(stored);
}

/** Parents (provenance) or predecessors (version) of a node, in the order they were added. */
export function parentsOf(lineage: Lineage, node: NodeId, kind: EdgeKind): NodeId[] {
  return edgesAt(lineage.incoming, node, kind).map((edge) => edge.from);
}

/** Children (provenance) or successors (version) of a node, in the order they were added. */
export function childrenOf(lineage: Lineage, node: NodeId, kind: EdgeKind): NodeId[] {
  return edgesAt(lineage.outgoing, node, kind).map((edge) => edge.to);
}

/** Every edge that touches `node`. */
export function edgesOf(lineage: Lineage, node: NodeId): Edge[] {
  return [...(lineage.incoming.get(node) ?? []), ...(lineage.outgoing.get(node) ?? [])];
}

/**
 * A path of edges of any kind from `from` down to `to`, both ends included; undefined if none.
 * Cost: the part of the graph below `from`.
 */
export function pathDown(lineage: Lineage, from: NodeId, to: NodeId): NodeId[] | undefined {
  const cameFrom = new Map<NodeId, NodeId | undefined>([[from, undefined]]);
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return walkBack(cameFrom, to);
    for (const { to: child } of lineage.outgoing.get(node) ?? [])
      if (!cameFrom.has(child)) {
        cameFrom.set(child, node);
        open.push(child);
      }
  }
  return undefined;
}

function walkBack(cameFrom: Map<NodeId, NodeId | undefined>, end: NodeId): NodeId[] {
  const path: NodeId[] = [];
  for (let node: NodeId | undefined = end; node !== undefined; node = cameFrom.get(node))
    path.push(node);
  return path.reverse();
}

function ends(index: Map<NodeId, Set<Edge>>, node: NodeId): Set<Edge> {
  let edges = index.get(node);
  if (edges === undefined) {
    edges = new Set();
    index.set(node, edges);
  }
  return edges;
}

function edgesAt(index: Map<NodeId, Set<Edge>>, node: NodeId, kind: EdgeKind): Edge[] {
  return [...(index.get(node) ?? [])].filter((edge) => edge.kind === kind);
}
