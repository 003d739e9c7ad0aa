import type { NodeId } from '../ids.ts';
import { adjacency, type Adjacency } from '../layout/dag.ts';
import { at } from '../layout/at.ts';
import type { Edge, GraphData, ModelNode } from '../lineage/graph.ts';

/** A lineage by numbers: node i is `nodes[i]`; edge e leads from `from[e]` to `to[e]`. */
export interface LineageIndex {
  readonly nodes: readonly ModelNode[];
  /** Those of the graph's edges whose ends exist and differ. */
  readonly edges: readonly Edge[];
  readonly numberOf: ReadonlyMap<NodeId, number>;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Number of each node's family: what any edges join. Counted in the order of the nodes. */
  readonly family: Int32Array;
  readonly families: number;
}

/** Computed once for each state of the graph; linear in its size. */
export function indexLineage(graph: GraphData): LineageIndex {
  const numberOf = new Map(graph.nodes.map((node, i) => [node.id, i]));
  const edges: Edge[] = [];
  const from: number[] = [];
  const to: number[] = [];
  for (const edge of graph.edges) {
    const a = numberOf.get(edge.from);
    const b = numberOf.get(edge.to);
    if (a === undefined || b === undefined || a === b) continue;
    edges.push(edge);
    from.push(a);
    to.push(b);
  }
  const { family, families } = familiesOf(graph.nodes.length, from, to);
  return {
    nodes: graph.nodes,
    edges,
    numberOf,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    family,
    families,
  };
}

/** Connected components of a graph given as lists of ends, whatever the direction. */
export function familiesOf(
  count: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): { readonly family: Int32Array; readonly families: number } {
  const root = Int32Array.from({ length: count }, (_, i) => i);
  for (let e = 0; e < from.length; e++) {
    const a = rootOf(root, at(from, e));
    const b = rootOf(root, at(to, e));
    root[Math.max(a, b)] = Math.min(a, b);
  }
  const family = new Int32Array(count);
  let families = 0;
  for (let i = 0; i < count; i++) {
    const top = rootOf(root, i);
    family[i] = top === i ? families++ : at(family, top);
  }
  return { family, families };
}

function rootOf(root: Int32Array, node: number): number {
  let top = node;
  while (at(root, top) !== top) {
    // Halving the path keeps the walks short without a second pass.
    root[top] = at(root, at(root, top));
    top = at(root, top);
  }
  return top;
}

/** Neighbour lists of a graph given as lists of ends, along its edges. */
export function neighbours(
  count: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Adjacency {
  return adjacency(count, from, to, new Uint8Array(from.length));
}
