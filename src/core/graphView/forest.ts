import { adjacency } from '../layout/dag.ts';
import { at } from '../layout/at.ts';
import { familiesOf } from './lineageIndex.ts';

/** Edges between units. */
export interface UnitEdges {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Index of the lineage's edge each stands for. */
  readonly edge: readonly number[];
}

/** A tree over each family, along edges of the graph: what hangs below what. */
export interface Forest {
  /** -1 for roots. */
  readonly parent: Int32Array;
  /** All units, parents before children, level by level, larger subtrees first. */
  readonly order: Int32Array;
  /** All units, those with most below them first: parents before children too. */
  readonly bySize: Int32Array;
  /** Models in the unit and below it in the tree. */
  readonly size: Int32Array;
  readonly family: Int32Array;
  readonly families: number;
}

/**
 * A spanning forest: each unit hangs below the first of its parents that a walk from the roots has
 * passed. Folding may close cycles between units; they are cut where the walk comes to them.
 *
 * @param sizes - models in each unit.
 */
export function forestOf(sizes: ArrayLike<number>, edges: UnitEdges): Forest {
  const count = sizes.length;
  const parent = treeParents(count, edges);
  const depth = new Int32Array(count);
  const size = Int32Array.from(sizes);
  for (const unit of parent.walk) {
    const above = at(parent.of, unit);
    if (above !== -1) depth[unit] = at(depth, above) + 1;
  }
  for (let i = count - 1; i >= 0; i--) {
    const unit = at(parent.walk, i);
    const above = at(parent.of, unit);
    if (above !== -1) size[above] = at(size, above) + at(size, unit);
  }
  const order = Int32Array.from({ length: count }, (_, unit) => unit);
  const largest = size.reduce((most, value) => Math.max(most, value), 0);
  sortBy(order, (unit) => largest - at(size, unit));
  const bySize = order.slice();
  sortBy(order, (unit) => at(depth, unit));
  return { parent: parent.of, order, bySize, size, ...familiesOf(count, edges.from, edges.to) };
}

/** Kahn's walk; where only cycles are left, it goes on with the first unit not yet passed. */
function treeParents(count: number, edges: UnitEdges) {
  const { offsets, targets } = adjacency(
    count,
    edges.from,
    edges.to,
    edges.from.map(() => 0),
  );
  const open = new Int32Array(count);
  for (const target of edges.to) open[target] = at(open, target) + 1;
  const of = new Int32Array(count).fill(-1);
  const passed = new Uint8Array(count);
  const walk: number[] = [];
  const visit = (unit: number) => {
    passed[unit] = 1;
    walk.push(unit);
  };
  for (let unit = 0; unit < count; unit++) if (open[unit] === 0) visit(unit);
  let next = 0;
  for (let head = 0; walk.length < count || head < walk.length; head++) {
    if (head === walk.length) {
      while (passed[next] === 1) next++;
      visit(next);
    }
    const unit = at(walk, head);
    for (let i = at(offsets, unit); i < at(offsets, unit + 1); i++) {
      const child = at(targets, i);
      if (passed[child] === 1) continue;
      if (of[child] === -1) of[child] = unit;
      open[child] = at(open, child) - 1;
      if (open[child] === 0) visit(child);
    }
  }
  return { of, walk };
}

/** Sorts numbers in place by a whole number from 0 that each has; equal ones keep their order. */
export function sortBy(order: Int32Array, key: (unit: number) => number): void {
  let most = 0;
  for (const unit of order) most = Math.max(most, key(unit));
  // Counting is linear, and several times as fast as comparing.
  const next = new Int32Array(most + 2);
  for (const unit of order) {
    const slot = key(unit) + 1;
    next[slot] = at(next, slot) + 1;
  }
  for (let i = 0; i < most; i++) next[i + 1] = at(next, i + 1) + at(next, i);
  for (const unit of order.slice()) {
    const slot = at(next, key(unit));
    next[key(unit)] = slot + 1;
    order[slot] = unit;
  }
}
