import { at } from './at.ts';
import type { Dag } from './dag.ts';

/**
 * The layer of each node: every edge leads to a higher one, and a node with parents stands one layer
 * behind the last of them. A node without parents stands just before its first child, so a teacher
 * that joins late is drawn where it joins.
 *
 * Source: longest-path layering as in Healy and Nikolov, Hierarchical Drawing Algorithms (2013), 13.3.
 */
export function longestPathLayers({ count, children, parents }: Dag): Int32Array {
  const layers = new Int32Array(count);
  const open = new Int32Array(count);
  const queue = new Int32Array(count);
  let tail = 0;
  for (let node = 0; node < count; node++) {
    open[node] = at(parents.offsets, node + 1) - at(parents.offsets, node);
    if (open[node] === 0) queue[tail++] = node;
  }
  for (let head = 0; head < tail; head++) {
    const node = at(queue, head);
    for (let i = at(children.offsets, node); i < at(children.offsets, node + 1); i++) {
      const child = at(children.targets, i);
      layers[child] = Math.max(at(layers, child), at(layers, node) + 1);
      const left = at(open, child) - 1;
      open[child] = left;
      if (left === 0) queue[tail++] = child;
    }
  }
  for (let node = 0; node < count; node++) {
    const first = at(children.offsets, node);
    const end = at(children.offsets, node + 1);
    if (first === end || at(parents.offsets, node) !== at(parents.offsets, node + 1)) continue;
    let nearest = Infinity;
    for (let i = first; i < end; i++) {
      nearest = Math.min(nearest, at(layers, at(children.targets, i)));
    }
    layers[node] = nearest - 1;
  }
  return layers;
}
