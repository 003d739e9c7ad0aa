import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { ancestors } from '../lineage/ancestry.ts';
import { childrenOf, parentsOf, type Lineage } from '../lineage/lineage.ts';
import {
  anyLineage,
  chain,
  idOf,
  lineageFrom,
  lineageWith,
  type Joined,
} from '../lineage/walkGraphs.fixture.ts';
import type { SearchVerdict } from '../searchViews.ts';
import { affected, afterInheritor, beginInheritors } from './inheritors.ts';

const both = ['provenance', 'version'] as const;

function inherited(lineage: Lineage, known: string, verdict: (node: NodeId) => SearchVerdict) {
  let state = beginInheritors(lineage, idOf(known), both);
  // The known one is tested too, before the search begins.
  let tests = 1;
  for (; state.next !== undefined; tests++) state = afterInheritor(state, verdict(state.next));
  return { affected: [...affected(state)].sort(), origins: [...state.origins].sort(), tests };
}

/** The pool of the study's first task: 91 models in families, 8 of one with the fault. */
function pool(): { lineage: Lineage; faulty: string[] } {
  const names: string[] = [];
  const edges: Joined[] = [];
  for (const [family, size] of [20, 18, 15, 12, 10, 8, 8].entries())
    for (let i = 0; i < size; i++) {
      names.push(`f${family}m${i}`);
      if (i > 0) edges.push([`f${family}m${(i - 1) >> 1}`, `f${family}m${i}`]);
    }
  return {
    lineage: lineageWith(names, edges),
    faulty: names.filter((name) => name.startsWith('f6')),
  };
}

describe('finding all that inherited a fault', () => {
  it('finds 8 of 91 from any one of them, in 8 tests at most', () => {
    const { lineage, faulty } = pool();
    expect(lineage.nodes.size).toBe(91);
    for (const known of faulty) {
      const found = inherited(lineage, known, (node) => (faulty.includes(node) ? 'bad' : 'good'));
      expect(found.affected).toEqual(faulty);
      expect(found.origins).toEqual(['f6m0']);
      expect(found.tests).toBeLessThanOrEqual(8);
    }
  });

  it('stays inside a family whose root is good, in few tests', () => {
    const { lineage } = pool();
    const bad = (node: NodeId) => node === 'f0m1' || ancestors(lineage, [node]).has(idOf('f0m1'));
    const found = inherited(lineage, 'f0m15', (node) => (bad(node) ? 'bad' : 'good'));
    expect(found.affected).toEqual([...lineage.nodes.keys()].filter(bad).sort());
    expect(found.tests).toBeLessThanOrEqual(found.affected.length + 2);
  });

  it('infers what lies between two bad ones instead of testing it', () => {
    const found = inherited(chain(64), 'n63', (node) =>
      Number(node.slice(1)) >= 20 ? 'bad' : 'good',
    );
    expect(found.affected).toHaveLength(44);
    expect(found.tests).toBeLessThanOrEqual(7);
  });

  it('finds every origin of a model that has the fault from two sides', () => {
    const joined = lineageFrom(['a', 'm'], ['b', 'm'], ['m', 'leaf'], ['b', 'c'], ['a', 'd']);
    const bad = ['a', 'b', 'm', 'leaf', 'c'];
    const found = inherited(joined, 'leaf', (node) => (bad.includes(node) ? 'bad' : 'good'));
    expect(found).toMatchObject({ origins: ['a', 'b'], affected: bad.sort() });
  });

  it('does not go below an unknown outcome, and does not count it as affected', () => {
    const found = inherited(chain(5), 'n1', (node) =>
      node === 'n0' ? 'good' : node === 'n3' ? 'unknown' : 'bad',
    );
    expect(found.affected).toEqual(['n1', 'n2']);
  });

  it('equals brute force wherever its assumption holds', () => {
    fc.assert(
      fc.property(
        anyLineage(14), fc.nat(13), fc.array(fc.nat(13), { maxLength: 3 }), fc.array(fc.nat(13)),
        (lineage, knownPick, sourcePicks, mendedPicks) => {
          const ids = [...lineage.nodes.keys()];
          const pick = (at: number) => ids[at % ids.length] as NodeId;
          const known = pick(knownPick);
          const above = new Set([known, ...ancestors(lineage, [known])]);
          const upwards = [...above];
          const origin = (at: number) => upwards[at % upwards.length] as NodeId;
          const sources = new Set([known, ...sourcePicks.map(origin), ...sourcePicks.map(pick)]);
          const mended = new Set(mendedPicks.map(pick).filter((id) => !above.has(id)));
          const parents = (id: NodeId) => both.flatMap((kind) => parentsOf(lineage, id, kind));
          const isBad = (id: NodeId): boolean =>
            !mended.has(id) && (sources.has(id) || parents(id).some(isBad));
          const first = [...above].filter((id) => isBad(id) && !parents(id).some(isBad));
          const expected = new Set(first);
          for (const id of expected)
            for (const child of both.flatMap((kind) => childrenOf(lineage, id, kind)))
              if (isBad(child)) expected.add(child);
          const found = inherited(lineage, known, (id) => (isBad(id) ? 'bad' : 'good'));
          expect(found.affected).toEqual([...expected].sort());
          expect(found.origins).toEqual(first.sort());
        },
      ),
      { numRuns: 400 },
    ); // prettier-ignore
  });
});
