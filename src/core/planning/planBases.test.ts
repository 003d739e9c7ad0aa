import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../construction/synthetic.fixture.ts';
import type { BasePlan, PlanChoice } from './basePlan.ts';
import { extendPlan, planBases, type PlanInput } from './planBases.ts';

const loose = { depth: 1000, readCost: 1000 };

/** Stores of a few chunks with any possible deltas and derivations. */
function inputs(most: number, bounds: PlanInput['bounds']): fc.Arbitrary<PlanInput> {
  return fc.integer({ min: 1, max: most }).chain((n) => {
    const unit = fc.nat(n - 1);
    return fc.record({
      units: fc.array(
        fc
          .record({
            raw: fc.integer({ min: 1, max: 100 }),
            share: fc.integer({ min: 1, max: 100 }),
          })
          .map(({ raw, share }) => ({ raw, alone: Math.max(1, Math.round((raw * share) / 100)) })),
        { minLength: n, maxLength: n },
      ),
      edges: fc.array(
        fc.record({ from: unit, to: unit, bytes: fc.integer({ min: 1, max: 100 }) }),
        {
          maxLength: 3 * n,
        },
      ),
      derivations: fc.array(
        fc.record({
          to: unit,
          bases: fc.uniqueArray(unit, { minLength: 1, maxLength: 3 }),
          bytes: fc.integer({ min: 1, max: 60 }),
        }),
        { maxLength: n },
      ),
      bounds: fc.constant(bounds),
      known: fc.constant([]),
    });
  });
}

describe('planBases', () => {
  it('is the optimum where there are no bounds and no derivations', () => {
    fc.assert(
      fc.property(inputs(5, loose), (given) => {
        const input = { ...given, derivations: [] };
        expect(planBases(input).bytes).toBe(cheapest(input));
      }),
      { numRuns: 400 },
    );
  });

  it('is no larger than everything stored alone, and holds its bounds, whatever it chooses from', () => {
    fc.assert(
      fc.property(inputs(30, { depth: 3, readCost: 2 }), (input) => {
        const plan = planBases(input);
        checkPlan(plan, input);
        expect(plan.bytes).toBeLessThanOrEqual(sum(input.units.map(({ alone }) => alone)));
      }),
      { numRuns: 500 },
    );
  });

  it('is near the bounded optimum on small graphs', () => {
    let [planned, best] = [0, 0];
    fc.assert(
      fc.property(inputs(5, { depth: 2, readCost: 4 }), (input) => {
        const [bytes, least] = [planBases(input).bytes, cheapest(input)];
        expect(bytes).toBeGreaterThanOrEqual(least);
        planned += bytes;
        best += least;
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(planned / best).toBeLessThan(1.02);
  });

  it('is no larger than each chunk over its parent, cut where the chain is too long', () => {
    const { input, parents } = family(400, 3);
    const plan = planBases({ ...input, known: [parents] });
    checkPlan(plan, input);
    expect(plan.bytes).toBeLessThan(sum(cutNaively(parents, input).map(({ bytes }) => bytes)));
  });

  it('stores a chain of 100 revisions with a few whole ones', () => {
    const n = 100;
    const units = Array.from({ length: n }, () => ({ raw: 1000, alone: 900 }));
    const edges = Array.from({ length: n - 1 }, (_, i) => [
      { from: i, to: i + 1, bytes: 300 },
      { from: i + 1, to: i, bytes: 300 },
    ]).flat();
    const plan = planBases({
      units, edges, derivations: [], known: [], bounds: { depth: 8, readCost: 8 },
    }); // prettier-ignore
    // A whole one in the middle serves eight on either side.
    const whole = plan.choices.filter(({ bases }) => bases.length === 0).length;
    expect(whole).toBe(Math.ceil(100 / 17));
  });

  it('takes a derivation from several chunks where that is smallest', () => {
    const units = [1000, 1000, 1000].map((raw) => ({ raw, alone: raw }));
    const plan = planBases({
      units,
      edges: [{ from: 0, to: 2, bytes: 700 }],
      derivations: [{ to: 2, bases: [0, 1], bytes: 20 }],
      known: [],
      bounds: { depth: 8, readCost: 8 },
    });
    expect(plan.choice(2)).toEqual({ bases: [0, 1], bytes: 20 });
    expect(plan.readBytes(2)).toBe(2020);
  });
});

describe('extendPlan', () => {
  it('places new chunks, moves old ones over them, and holds the bounds', () => {
    const { input } = family(300, 5);
    const old = 250;
    const known = ({ from, to }: { from: number; to: number }): boolean => from < old && to < old;
    const before = planBases({
      ...input,
      units: input.units.slice(0, old),
      edges: input.edges.filter(known),
      derivations: [],
    });
    const fresh = [...input.units.keys()].filter((unit) => unit >= old);
    const plan = extendPlan(before, input, fresh);
    checkPlan(plan, input);
    const anew = planBases(input);
    expect(plan.bytes).toBeLessThan(anew.bytes * 1.05);
    const moved = plan.choices.slice(0, old).filter((c, unit) => c !== before.choices[unit]);
    expect(moved.length).toBeGreaterThan(0);
  });
});

describe('planBases on a large store', () => {
  it('plans 5,000 chunks with eight candidates each in seconds', () => {
    const { input } = family(5000, 9);
    const started = performance.now();
    const plan = planBases(input);
    const seconds = (performance.now() - started) / 1000;
    checkPlan(plan, input);
    expect(seconds).toBeLessThan(20);
  });
});

/** Revisions of revisions: deltas grow with the root of the distance in the tree. */
function family(n: number, seed: number): { input: PlanInput; parents: PlanChoice[] } {
  const next = random(seed);
  const parent = Array.from({ length: n }, (_, i) =>
    i === 0 ? -1 : Math.floor(i * next() ** 0.2),
  );
  const units = Array.from({ length: n }, () => ({
    raw: 1000,
    alone: 850 + Math.floor(50 * next()),
  }));
  const edges = units.flatMap((_, to) => {
    const found: { from: number; to: number; bytes: number }[] = [];
    let from = parent[to] ?? -1;
    for (let steps = 1; from >= 0 && steps <= 4; steps++, from = parent[from] ?? -1) {
      const bytes = Math.floor(400 + 120 * Math.log2(steps) + 20 * next());
      found.push({ from, to, bytes }, { from: to, to: from, bytes });
    }
    return found;
  });
  const input = { units, edges, derivations: [], known: [], bounds: { depth: 8, readCost: 8 } };
  const first = new Map<number, { from: number; bytes: number }>();
  for (const edge of edges) if (edge.from === parent[edge.to]) first.set(edge.to, edge);
  const parents = units.map(({ alone }, to): PlanChoice => {
    const from = parent[to] ?? -1;
    const edge = first.get(to);
    return edge === undefined ? { bases: [], bytes: alone } : { bases: [from], bytes: edge.bytes };
  });
  return { input, parents };
}

/** Every chunk over its parent, alone at each ninth. */
function cutNaively(parents: readonly PlanChoice[], { units, bounds }: PlanInput): PlanChoice[] {
  const depths: number[] = [];
  return parents.map((choice, unit) => {
    const depth = choice.bases.length === 0 ? 0 : (depths[choice.bases[0] ?? 0] ?? 0) + 1;
    const cut = depth > bounds.depth;
    depths.push(cut ? 0 : depth);
    return cut ? { bases: [], bytes: units[unit]?.alone ?? 0 } : choice;
  });
}

function checkPlan(plan: BasePlan, { units, bounds }: PlanInput): void {
  const cost = (unit: number, seen: readonly number[]): { depth: number; read: number } => {
    expect(seen).not.toContain(unit);
    const { bases, bytes } = plan.choice(unit);
    const below = bases.map((base) => cost(base, [...seen, unit]));
    return {
      depth: Math.max(0, ...below.map(({ depth }) => depth + 1)),
      read: bytes + sum(below.map(({ read }) => read)),
    };
  };
  for (const [unit, { raw }] of units.entries()) {
    const { depth, read } = cost(unit, []);
    expect(plan.depth(unit)).toBe(depth);
    expect(plan.readBytes(unit)).toBeCloseTo(read, 6);
    expect(depth).toBeLessThanOrEqual(bounds.depth);
    if (depth > 0) expect(read).toBeLessThanOrEqual(bounds.readCost * raw);
  }
}

/** Bytes of the best of all choices that hold the bounds. */
function cheapest({ units, edges, derivations, bounds }: PlanInput): number {
  const ways = units.map(({ alone }, unit): PlanChoice[] => [
    { bases: [], bytes: alone },
    ...edges.filter(({ to }) => to === unit).map(({ from, bytes }) => ({ bases: [from], bytes })),
    ...derivations.filter(({ to }) => to === unit),
  ]);
  let best = Infinity;
  const chosen: PlanChoice[] = [];
  const costOf = (unit: number, steps: number): { depth: number; read: number } | undefined => {
    const choice = chosen[unit];
    if (choice === undefined || steps > units.length) return undefined;
    let [depth, read] = [0, choice.bytes];
    for (const base of choice.bases) {
      const below = costOf(base, steps + 1);
      if (below === undefined) return undefined;
      depth = Math.max(depth, below.depth + 1);
      read += below.read;
    }
    const bad = depth > bounds.depth || read > bounds.readCost * (units[unit]?.raw ?? 0);
    return depth > 0 && bad ? undefined : { depth, read };
  };
  const choose = (unit: number, bytes: number): void => {
    if (bytes >= best) return;
    if (unit === units.length) {
      if (units.every((_, at) => costOf(at, 0) !== undefined)) best = bytes;
      return;
    }
    for (const way of ways[unit] ?? []) {
      chosen[unit] = way;
      choose(unit + 1, bytes + way.bytes);
    }
    chosen.length = unit;
  };
  choose(0, 0);
  return best;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
