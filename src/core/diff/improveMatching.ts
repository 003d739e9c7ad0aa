import { degree, endsOf, type Matching } from './matchGraph.ts';

/** Graphs up to this size try every partner of the same class. */
const smallGraph = 24;
/** Edges looked at, most: bounds the time on graphs that are dense or hopelessly apart. */
const work = 4e6;

/**
 * Lowers the cost of a matching while a step does: giving a layer another partner, and where two
 * layers lose theirs, pairing those. Ends in a local optimum.
 */
export function improveMatching(matching: Matching): void {
  const budget = { left: work };
  let changed = true;
  while (changed && budget.left > 0) {
    changed = false;
    for (let x = 0; x < matching.a.count && budget.left > 0; x++) {
      if (isSettled(matching, x)) continue;
      if (tryPartners(matching, x, budget)) changed = true;
      if (tryAlone(matching, x)) changed = true;
    }
  }
}

function tryPartners(matching: Matching, x: number, budget: { left: number }): boolean {
  const small = Math.max(matching.a.count, matching.b.count) <= smallGraph;
  let changed = false;
  for (const y of partnersToTry(matching, x, small))
    if (tryPair(matching, x, y, budget)) changed = true;
  return changed;
}

function tryAlone(matching: Matching, x: number): boolean {
  const y = matching.toB(x);
  if (y < 0) return false;
  const before = localCost(matching, [x]);
  matching.unlink(x);
  if (localCost(matching, [x]) < before - 1e-9) return true;
  matching.link(x, y);
  return false;
}

/** Whether a layer has an equal partner and all their edges in common. */
function isSettled(matching: Matching, x: number): boolean {
  const { a, b } = matching;
  const y = matching.toB(x);
  if (y < 0 || (matching.level(x, y) ?? 4) > 2 || a.names[x] !== b.names[y]) return false;
  return degree(a, x) === degree(b, y) && matching.commonEdges(x, y) === degree(a, x);
}

function partnersToTry(matching: Matching, x: number, small: boolean): Iterable<number> {
  const { a, b } = matching;
  const own = matching.toB(x);
  const found = new Set<number>();
  const add = (y: number): void => {
    if (y !== own && y < b.count && matching.level(x, y) !== undefined) found.add(y);
  };
  if (small) for (let y = 0; y < b.count; y++) add(y);
  else {
    for (const from of endsOf(a, 'before', x))
      for (const y of endsOf(b, 'after', matching.toB(from))) add(y);
    for (const to of endsOf(a, 'after', x))
      for (const y of endsOf(b, 'before', matching.toB(to))) add(y);
  }
  return found;
}

/** Pairs `x` with `y`, and their partners with each other where that is cheaper still. */
function tryPair(matching: Matching, x: number, y: number, budget: { left: number }): boolean {
  const oldY = matching.toB(x);
  if (oldY === y) return false;
  const oldX = matching.toA(y);
  const touched = oldX < 0 ? [x] : [x, oldX];
  const before = localCost(matching, touched);
  const restore = (): void => {
    matching.unlink(x);
    if (oldX >= 0) matching.unlink(oldX);
    if (oldY >= 0) matching.link(x, oldY);
    if (oldX >= 0) matching.link(oldX, y);
  };
  for (const layer of touched) budget.left -= degree(matching.a, layer);
  if (oldX >= 0) matching.unlink(oldX);
  matching.unlink(x);
  matching.link(x, y);
  if (localCost(matching, touched) < before - 1e-9) return true;
  if (oldX >= 0 && oldY >= 0 && matching.level(oldX, oldY) !== undefined) {
    matching.link(oldX, oldY);
    if (localCost(matching, touched) < before - 1e-9) return true;
  }
  restore();
  return false;
}

/** The part of the cost that pairing these layers of `a` otherwise can change. */
function localCost(matching: Matching, layers: readonly number[]): number {
  const { a } = matching;
  const near = new Set(layers);
  let common = 0;
  for (const x of layers) {
    const y = matching.toB(x);
    if (y >= 0) common += matching.commonEdges(x, y);
    for (const end of [...endsOf(a, 'before', x), ...endsOf(a, 'after', x)])
      if (end < a.count) near.add(end);
  }
  let sum = -2 * common;
  const [first = -1, second = -1] = layers;
  // An edge between the two was counted at both ends.
  if (second >= 0) sum += 2 * edgesBetween(matching, first, second);
  for (const x of near) sum += matching.layerCost(x);
  return sum;
}

function edgesBetween(matching: Matching, p: number, q: number): number {
  const { a, b } = matching;
  const [u, v] = [matching.toB(p), matching.toB(q)];
  if (u < 0 || v < 0) return 0;
  let count = 0;
  if (a.edges.has(p * (a.count + 2) + q) && b.edges.has(u * (b.count + 2) + v)) count++;
  if (a.edges.has(q * (a.count + 2) + p) && b.edges.has(v * (b.count + 2) + u)) count++;
  return count;
}
