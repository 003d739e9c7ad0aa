import { at } from './at.ts';
import type { LayoutInput } from './layout.ts';

/** Neighbours of node i: `targets[offsets[i]]` up to, not including, `targets[offsets[i + 1]]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** 1 where the edge is a version edge. */
  readonly version: Uint8Array;
}

/** A graph without cycles over the nodes 0 … count - 1. */
export interface Dag {
  readonly count: number;
  readonly children: Adjacency;
  readonly parents: Adjacency;
}

interface EdgeList {
  from: number[];
  to: number[];
  version: number[];
}

/**
 * The layout's input as numbers, without what a layered drawing cannot use: edges to unknown nodes,
 * loops, second edges of one kind between two nodes, and each edge that closes a cycle (the last one a
 * depth-first walk in the order of the nodes meets).
 */
export function dagOf(input: Pick<LayoutInput, 'nodes' | 'edges'>): Dag {
  const count = input.nodes.length;
  const edges = knownEdges(input);
  const all = adjacency(count, edges.from, edges.to, edges.version);
  const back = backEdges(count, all);
  const kept: EdgeList = { from: [], to: [], version: [] };
  for (let node = 0; node < count; node++) {
    for (let i = at(all.offsets, node); i < at(all.offsets, node + 1); i++) {
      if (back[i] === 1) continue;
      kept.from.push(node);
      kept.to.push(at(all.targets, i));
      kept.version.push(at(all.version, i));
    }
  }
  return {
    count,
    children: adjacency(count, kept.from, kept.to, kept.version),
    parents: adjacency(count, kept.to, kept.from, kept.version),
  };
}

/** Compressed rows of a list of edges, in the order of the list within each node. */
export function adjacency(
  count: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  version: ArrayLike<number>,
): Adjacency {
  const offsets = new Int32Array(count + 1);
  for (let i = 0; i < from.length; i++) {
    const row = at(from, i) + 1;
    offsets[row] = at(offsets, row) + 1;
  }
  for (let i = 0; i < count; i++) offsets[i + 1] = at(offsets, i + 1) + at(offsets, i);
  const next = offsets.slice();
  const targets = new Int32Array(from.length);
  const versions = new Uint8Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const row = at(from, i);
    const slot = at(next, row);
    next[row] = slot + 1;
    targets[slot] = at(to, i);
    versions[slot] = at(version, i);
  }
  return { offsets, targets, version: versions };
}

function knownEdges(input: Pick<LayoutInput, 'nodes' | 'edges'>): EdgeList {
  const index = new Map(input.nodes.map((node, i) => [node.id, i]));
  const list: EdgeList = { from: [], to: [], version: [] };
  const seen = new Set<number>();
  for (const edge of input.edges) {
    const from = index.get(edge.from);
    const to = index.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const version = edge.kind === 'version' ? 1 : 0;
    const key = (from * input.nodes.length + to) * 2 + version;
    if (seen.has(key)) continue;
    seen.add(key);
    list.from.push(from);
    list.to.push(to);
    list.version.push(version);
  }
  return list;
}

/** Marks, per slot of `targets`, the edges that lead back into the walk's own path. */
function backEdges(count: number, { offsets, targets }: Adjacency): Uint8Array {
  const back = new Uint8Array(targets.length);
  const state = new Uint8Array(count);
  const next = offsets.slice(0, count);
  const path = new Int32Array(count);
  for (let start = 0; start < count; start++) {
    if (state[start] !== 0) continue;
    let depth = 0;
    path[0] = start;
    state[start] = 1;
    while (depth >= 0) {
      const node = at(path, depth);
      const slot = at(next, node);
      if (slot === at(offsets, node + 1)) {
        state[node] = 2;
        depth--;
        continue;
      }
      next[node] = slot + 1;
      const target = at(targets, slot);
      if (state[target] === 1) back[slot] = 1;
      else if (state[target] === 0) {
        state[target] = 1;
        path[++depth] = target;
      }
    }
  }
  return back;
}
