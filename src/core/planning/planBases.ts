import { BasePlan, type PlanBounds, type PlanChoice, type PlanUnit } from './basePlan.ts';
import { cutTree } from './cutTree.ts';
import { minimumBranching } from './minimumBranching.ts';

/** A possible delta: `to` stored as a delta to `from` takes `bytes`. */
export interface PlanEdge {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** A possible derivation of `to` from several chunks. */
export interface PlanDerivation {
  readonly to: number;
  readonly bases: readonly number[];
  readonly bytes: number;
}

/** Everything a plan chooses from. */
export interface PlanInput {
  readonly units: readonly PlanUnit[];
  readonly edges: readonly PlanEdge[];
  readonly derivations: readonly PlanDerivation[];
  readonly bounds: PlanBounds;
  /**
   * Whole choices known to hold the bounds, one for each unit: how all is stored now, or every
   * chunk over its parent. The plan is no larger than any of them.
   */
  readonly known: readonly (readonly PlanChoice[])[];
}

/** Most rounds of improvement; two or three change anything. */
const mostRounds = 6;

/**
 * Stored forms of all chunks that together take few bytes within the bounds: no more than all alone,
 * and no more than any of the known choices.
 *
 * Without bounds a tree of deltas is a minimum arborescence, found exactly; with them that is
 * NP-hard, so the tree is cut at the depths where it costs least, a second one is grown from the chunks
 * stored alone, and the best start is improved one chunk at a time, derivations included.
 *
 * Source: Edmonds 1967; bounded depth as in Bhattacherjee et al., "Principles of dataset versioning",
 * VLDB 2015 (there: local moves from the arborescence).
 */
export function planBases(input: PlanInput): BasePlan {
  const ways = waysByUnit(input);
  const starts = [
    () => cutArborescence(input),
    () => grownTree(input, ways),
    ...input.known.map((choices) => () => choices),
  ];
  let best: BasePlan | undefined;
  for (const start of starts) {
    const plan = new BasePlan(input.units, input.bounds);
    settle(plan, start());
    improve(plan, ways);
    if (best === undefined || plan.bytes < best.bytes) best = plan;
  }
  return best ?? new BasePlan(input.units, input.bounds);
}

/**
 * Brings a plan up to new chunks: they are placed as well as the bounds allow, then every chunk
 * that has a way over a new one is looked at again, and what that changes, until nothing does.
 */
export function extendPlan(plan: BasePlan, input: PlanInput, fresh: Iterable<number>): BasePlan {
  const ways = waysByUnit(input);
  const grown = new BasePlan(input.units, input.bounds);
  settle(grown, plan.choices);
  const isFresh = new Set(fresh);
  const touched = new Set(isFresh);
  for (const [unit, list] of ways.entries()) {
    if (list.some(({ bases }) => bases.some((base) => isFresh.has(base)))) touched.add(unit);
  }
  improve(grown, ways, touched);
  return grown;
}

/** All ways to store each unit, cheapest first; alone is one. */
function waysByUnit({ units, edges, derivations }: PlanInput): PlanChoice[][] {
  const ways = units.map(({ alone }): PlanChoice[] => [{ bases: [], bytes: alone }]);
  for (const { from, to, bytes } of edges) {
    if (from !== to) ways[to]?.push({ bases: [from], bytes });
  }
  for (const { to, bases, bytes } of derivations) {
    if (!bases.includes(to)) ways[to]?.push({ bases: [...new Set(bases)], bytes });
  }
  return ways.map((list) => list.sort((a, b) => a.bytes - b.bytes));
}

/** Moves every unit to its choice, bases first; what breaks a bound or a cycle stays alone. */
function settle(plan: BasePlan, choices: readonly PlanChoice[]): void {
  const done = new Set<number>();
  for (const start of choices.keys()) {
    const stack = [start];
    for (let unit = stack.at(-1); unit !== undefined; unit = stack.at(-1)) {
      const waits = done.has(unit) ? undefined : firstNew(choices[unit], done, stack);
      if (waits !== undefined) {
        stack.push(waits);
        continue;
      }
      stack.pop();
      if (done.has(unit)) continue;
      done.add(unit);
      const choice = choices[unit];
      if (choice !== undefined) plan.move(unit, choice);
    }
  }
}

function firstNew(
  choice: PlanChoice | undefined,
  done: ReadonlySet<number>,
  stack: readonly number[],
): number | undefined {
  return choice?.bases.find((base) => !done.has(base) && !stack.includes(base));
}

/** Moves units to cheaper ways as long as any may move. */
function improve(
  plan: BasePlan,
  ways: readonly (readonly PlanChoice[])[],
  scope: Iterable<number> = ways.keys(),
): void {
  const units = [...scope];
  // A move lets chains above it grow, or end: whoever could not move before may now.
  for (let round = 0, moved = true; moved && round < mostRounds; round++) {
    moved = false;
    for (const unit of units) if (moveToCheapest(plan, unit, ways[unit] ?? [])) moved = true;
  }
}

function moveToCheapest(plan: BasePlan, unit: number, ways: readonly PlanChoice[]): boolean {
  for (const way of ways) {
    if (way.bytes >= plan.choice(unit).bytes) return false;
    if (plan.move(unit, way)) return true;
  }
  return false;
}

/** The unbounded optimum, cut where chains get too long. */
function cutArborescence({ units, edges, bounds }: PlanInput): PlanChoice[] {
  const n = units.length;
  const count = edges.length + n;
  const list = {
    from: new Int32Array(count),
    to: new Int32Array(count),
    weight: new Float64Array(count),
  };
  for (const [at, { from, to, bytes }] of edges.entries()) {
    list.from[at] = from;
    list.to[at] = to;
    list.weight[at] = bytes;
  }
  for (const [unit, { alone }] of units.entries()) {
    list.from[edges.length + unit] = n;
    list.to[edges.length + unit] = unit;
    list.weight[edges.length + unit] = alone;
  }
  const entering = minimumBranching(n + 1, n, list);
  const tree = units.map(({ alone }, unit): PlanChoice => {
    const edge = edges[entering?.[unit] ?? -1];
    return edge === undefined
      ? { bases: [], bytes: alone }
      : { bases: [edge.from], bytes: edge.bytes };
  });
  const bytesOf = new Map(edges.map(({ from, to, bytes }) => [from * n + to, bytes]));
  const delta = (from: number, to: number): number => bytesOf.get(from * n + to) ?? Infinity;
  return cutTree(tree, units, bounds.depth, delta);
}

/** A tree grown from the unit over which the others would save most, never deeper than the bound. */
function grownTree(
  { units, bounds }: PlanInput,
  ways: readonly (readonly PlanChoice[])[],
): PlanChoice[] {
  const saved = new Float64Array(units.length);
  for (const [unit, list] of ways.entries()) {
    const alone = units[unit]?.alone ?? 0;
    for (const { bases, bytes } of list) {
      const [base] = bases;
      if (base !== undefined) saved[base] = (saved[base] ?? 0) + Math.max(0, alone - bytes);
    }
  }
  const order = [...units.keys()].sort((a, b) => (saved[b] ?? 0) - (saved[a] ?? 0) || a - b);
  const place = new Int32Array(units.length);
  for (const [at, unit] of order.entries()) place[unit] = at;
  const depths = new Int32Array(units.length);
  const tree: PlanChoice[] = units.map(({ alone }) => ({ bases: [], bytes: alone }));
  for (const unit of order) {
    const found = ways[unit]?.find(
      ({ bases }) =>
        bases.length === 0 ||
        bases.every(
          (base) => (place[base] ?? 0) < (place[unit] ?? 0) && (depths[base] ?? 0) < bounds.depth,
        ),
    );
    if (found === undefined) continue;
    tree[unit] = found;
    depths[unit] = found.bases.reduce((deep, base) => Math.max(deep, (depths[base] ?? 0) + 1), 0);
  }
  return tree;
}
