import { at } from './at.ts';
import type { Columns } from './columns.ts';
import type { Adjacency, Dag } from './dag.ts';
import { placeColumn, placementScratch } from './placeColumn.ts';

/** Alternating passes; more changed nothing that the eye sees on graphs of 100 to 20,000 nodes. */
const passes = 8;
/** How much stronger a version edge pulls than a provenance edge, so that versions stand in a line. */
const versionPull = 6;

/**
 * Orders the nodes of each column and places them, in units of one gap, by looking left and right in
 * turns: each node wishes to stand at the mean of its neighbours on that side, near ones and versions
 * counting more; the column is sorted by wish and placed without overlap.
 *
 * Source: the barycentre method of Sugiyama, Tagawa and Toda (1981).
 *
 * @returns vertical position of each node; neighbours in a column are at least 1 apart.
 */
export function sweep(dag: Dag, layers: Int32Array, columns: Columns): Float64Array {
  const { order, starts } = columns;
  const state: Sweep = {
    position: new Float64Array(dag.count),
    wish: new Float64Array(dag.count),
    weight: new Float64Array(dag.count).fill(1),
    layers,
  };
  const last = starts.length - 1;
  let widest = 0;
  for (let c = 0; c < last; c++) {
    const [start, end] = [at(starts, c), at(starts, c + 1)];
    widest = Math.max(widest, end - start);
    for (let i = start; i < end; i++) state.position[at(order, i)] = i - start - (end - start) / 2;
  }
  const scratch = placementScratch(widest);
  for (let pass = 0; pass < passes; pass++) {
    const rightwards = pass % 2 === 0;
    const towards = rightwards ? dag.parents : dag.children;
    for (let step = 0; step < last; step++) {
      const c = rightwards ? step : last - 1 - step;
      const nodes = order.subarray(at(starts, c), at(starts, c + 1));
      for (const node of nodes) makeWish(state, towards, node);
      sortByWish(nodes, state.wish);
      placeColumn(nodes, state.wish, state.weight, state.position, scratch);
    }
  }
  return state.position;
}

interface Sweep {
  readonly position: Float64Array;
  readonly wish: Float64Array;
  readonly weight: Float64Array;
  readonly layers: Int32Array;
}

function makeWish(state: Sweep, { offsets, targets, version }: Adjacency, node: number): void {
  let sum = 0;
  let weights = 0;
  const layer = at(state.layers, node);
  for (let i = at(offsets, node); i < at(offsets, node + 1); i++) {
    const other = at(targets, i);
    const pull = (version[i] === 1 ? versionPull : 1) / Math.abs(layer - at(state.layers, other));
    sum += pull * at(state.position, other);
    weights += pull;
  }
  state.wish[node] = weights === 0 ? at(state.position, node) : sum / weights;
  // A node that nothing on this side holds gives way to those that are held.
  state.weight[node] = weights === 0 ? 0.1 : weights;
}

/** Insertion sort: stable, and near linear because a column is almost sorted after the first pass. */
function sortByWish(nodes: Int32Array, wish: Float64Array): void {
  if (nodes.length > 64) {
    // Long columns of the first pass would make insertion quadratic.
    const sorted = Array.from(nodes).sort((a, b) => at(wish, a) - at(wish, b));
    nodes.set(sorted);
    return;
  }
  for (let i = 1; i < nodes.length; i++) {
    const node = at(nodes, i);
    const value = at(wish, node);
    let j = i - 1;
    while (j >= 0 && at(wish, at(nodes, j)) > value) {
      nodes[j + 1] = at(nodes, j);
      j--;
    }
    nodes[j + 1] = node;
  }
}
