import { at } from './at.ts';
import type { Dag } from './dag.ts';

/**
 * A first vertical order: each node stands in the middle of the leaves below it, in the tree that
 * joins every node to its nearest parent (a version predecessor before others). A tree drawn in this
 * order has no crossings.
 *
 * @returns middle of the node's interval of leaf numbers.
 */
export function subtreeRanks(dag: Dag, layers: Int32Array): Float64Array {
  const { count } = dag;
  const tree = treeChildren(dag, layers);
  const first = new Float64Array(count);
  const middle = new Float64Array(count);
  const next = tree.offsets.slice(0, count);
  const path = new Int32Array(count);
  let leaves = 0;
  for (const root of tree.roots) {
    let depth = 0;
    path[0] = root;
    first[root] = leaves;
    while (depth >= 0) {
      const node = at(path, depth);
      const slot = at(next, node);
      if (slot < at(tree.offsets, node + 1)) {
        next[node] = slot + 1;
        const child = at(tree.targets, slot);
        first[child] = leaves;
        path[++depth] = child;
        continue;
      }
      if (at(first, node) === leaves) leaves++;
      middle[node] = (at(first, node) + leaves) / 2;
      depth--;
    }
  }
  return middle;
}

function treeChildren({ count, parents }: Dag, layers: Int32Array) {
  const parent = new Int32Array(count).fill(-1);
  const offsets = new Int32Array(count + 1);
  const roots: number[] = [];
  for (let node = 0; node < count; node++) {
    let best = -1;
    let bestScore = -1;
    for (let i = at(parents.offsets, node); i < at(parents.offsets, node + 1); i++) {
      const candidate = at(parents.targets, i);
      const score = at(layers, candidate) * 2 + at(parents.version, i);
      if (score <= bestScore) continue;
      best = candidate;
      bestScore = score;
    }
    parent[node] = best;
    if (best === -1) roots.push(node);
    else offsets[best + 1] = at(offsets, best + 1) + 1;
  }
  for (let i = 0; i < count; i++) offsets[i + 1] = at(offsets, i + 1) + at(offsets, i);
  const next = offsets.slice();
  const targets = new Int32Array(count - roots.length);
  for (let node = 0; node < count; node++) {
    const above = at(parent, node);
    if (above === -1) continue;
    const slot = at(next, above);
    next[above] = slot + 1;
    targets[slot] = node;
  }
  return { roots, offsets, targets };
}
