import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanChoice } from './basePlan.ts';
import { cutTree } from './cutTree.ts';

const trees = fc.integer({ min: 1, max: 7 }).chain((n) =>
  fc.record({
    parents: fc.array(fc.nat(), { minLength: n, maxLength: n }),
    alone: fc.array(fc.integer({ min: 5, max: 30 }), { minLength: n, maxLength: n }),
    down: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: n, maxLength: n }),
    up: fc.array(fc.option(fc.integer({ min: 1, max: 30 })), { minLength: n, maxLength: n }),
    most: fc.integer({ min: 0, max: 3 }),
  }),
);

describe('cutTree', () => {
  it('is the cheapest choice within the depth, every delta used either way', () => {
    fc.assert(
      fc.property(trees, ({ parents, alone, down, up, most }) => {
        const units = alone.map((bytes) => ({ raw: 100, alone: bytes }));
        const above = parents.map((any, unit) => (unit === 0 ? undefined : any % unit));
        const tree = above.map((base, unit): PlanChoice =>
          base === undefined
            ? { bases: [], bytes: alone[unit] ?? 0 }
            : { bases: [base], bytes: down[unit] ?? 0 },
        );
        const turned = (from: number, to: number): number =>
          above[from] === to ? (up[from] ?? Infinity) : Infinity;
        const ways = units.map((unit, at): PlanChoice[] => [
          { bases: [], bytes: unit.alone },
          ...(tree[at]?.bases.length === 1 ? [tree[at]] : []),
          ...units.flatMap((_, from) => {
            const bytes = turned(from, at);
            return bytes < Infinity ? [{ bases: [from], bytes }] : [];
          }),
        ]);
        const found = cutTree(tree, units, most, turned);
        expect(depthOf(found)).toBeLessThanOrEqual(most);
        expect(total(found)).toBe(cheapest(ways, most));
      }),
      { numRuns: 1500 },
    );
  });
});

function total(choices: readonly PlanChoice[]): number {
  return choices.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Infinite where there is a cycle. */
function depthOf(choices: readonly PlanChoice[]): number {
  return choices.reduce((deepest, _, unit) => {
    let depth = 0;
    for (let at = choices[unit]?.bases[0]; at !== undefined; at = choices[at]?.bases[0])
      if (++depth > choices.length) return Infinity;
    return Math.max(deepest, depth);
  }, 0);
}

function cheapest(ways: readonly (readonly PlanChoice[])[], most: number): number {
  let best = Infinity;
  const choose = (chosen: readonly PlanChoice[]): void => {
    const options = ways[chosen.length];
    if (options === undefined) {
      if (depthOf(chosen) <= most) best = Math.min(best, total(chosen));
      return;
    }
    for (const option of options) choose([...chosen, option]);
  };
  choose([]);
  return best;
}
