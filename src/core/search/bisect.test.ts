import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { ancestors } from '../lineage/ancestry.ts';
import { parentsOf, type Lineage } from '../lineage/lineage.ts';
import { anyLineage, chain, federated, idOf, lineageFrom } from '../lineage/walkGraphs.fixture.ts';
import type { SearchVerdict } from '../searchViews.ts';
import { afterOutcome, beginBisect, testsLeft, type BisectProblem } from './bisect.ts';

const both = ['provenance', 'version'] as const;

interface Found {
  readonly found: string[][];
  readonly tests: number;
  readonly open: string[];
}

function bisected(
  lineage: Lineage,
  bad: string,
  verdict: (node: NodeId) => SearchVerdict,
  options: Partial<BisectProblem> = {},
): Found {
  let state = beginBisect(lineage, { kinds: both, ...options, bad: idOf(bad) });
  let tests = 0;
  const name = (at: number) => state.graph.ids[at] as string;
  while (state.next !== undefined) {
    state = afterOutcome(state, verdict(idOf(name(state.next))));
    tests += 1;
  }
  const found = state.found.map((set) => set.map(name).sort());
  return { found, tests, open: [...state.open].map(name).sort() };
}

/** Bad are the culprit and all below it. */
function culprit(lineage: Lineage, name: string): (node: NodeId) => SearchVerdict {
  return (node) => (node === name || ancestors(lineage, [node]).has(idOf(name)) ? 'bad' : 'good');
}

describe('bisecting a chain', () => {
  it('is right for all 740 chains of 3 to 39 models, where the reference is for none', () => {
    let right = 0;
    for (let length = 3; length <= 39; length++) {
      const line = chain(length);
      for (let first = 1; first < length; first++) {
        const verdict = culprit(line, `n${first}`);
        const good = [idOf('n0')];
        const { found, tests } = bisected(line, `n${length - 1}`, verdict, { good });
        if (found.length === 1 && found[0]?.join(' ') === `n${first}`) right += 1;
        expect(tests).toBeLessThanOrEqual(Math.ceil(Math.log2(length - 1)));
      }
    }
    expect(right).toBe(740);
  });

  it('finds the example of the reference in as many tests', () => {
    const line = chain(10);
    const { found, tests } = bisected(line, 'n9', culprit(line, 'n6'), { good: [idOf('n0')] });
    expect(found).toEqual([['n6']]);
    // n9 and n0 are tested before the search begins.
    expect(2 + tests).toBeLessThanOrEqual(6);
  });

  it('takes a chain of 100,000', () => {
    const { found, tests } = bisected(chain(100_000), 'n99999', (node) =>
      Number(node.slice(1)) >= 12_345 ? 'bad' : 'good',
    );
    expect(found).toEqual([['n12345']]);
    expect(tests).toBeLessThanOrEqual(17);
  });

  it('has no candidates where what is good contradicts what is bad', () => {
    const state = beginBisect(chain(4), { bad: idOf('n2'), good: [idOf('n2')], kinds: both });
    expect([state.candidates, state.next, state.found]).toEqual([[], undefined, []]);
  });
});

describe('bisecting where paths join', () => {
  it('names each of 60 culprits in federated rounds, in 5 to 10 tests', () => {
    const graph = federated(10);
    const counts: number[] = [];
    for (const node of graph.nodes.keys()) {
      const { found, tests } = bisected(graph, 'r9avg', culprit(graph, node));
      expect(found).toEqual([[node]]);
      counts.push(tests + 1);
    }
    expect(counts).toHaveLength(60);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    expect(counts.reduce((sum, one) => sum + one, 0) / 60).toBeCloseTo(7.7, 1);
  });

  it('finds the one culprit in any graph, and says how many tests it can take', () => {
    fc.assert(
      fc.property(anyLineage(14), fc.nat(13), fc.nat(13), (lineage, leafPick, culpritPick) => {
        const ids = [...lineage.nodes.keys()];
        const leaf = ids[leafPick % ids.length] as NodeId;
        const above = [leaf, ...ancestors(lineage, [leaf])].sort();
        const guilty = above[culpritPick % above.length] as NodeId;
        const most = testsLeft(beginBisect(lineage, { bad: leaf, kinds: both }));
        const { found, tests } = bisected(lineage, leaf, culprit(lineage, guilty));
        expect(found).toEqual([[guilty]]);
        expect(tests).toBeLessThanOrEqual(most);
        expect(most).toBeLessThan(above.length);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps to one kind of edge', () => {
    const graph = lineageFrom(['a', 'b', 'version'], ['b', 'c', 'version'], ['x', 'c']);
    const verdict = culprit(graph, 'b');
    expect(bisected(graph, 'c', verdict, { kinds: ['version'] }).found).toEqual([['b']]);
    expect(bisected(graph, 'c', verdict, { kinds: ['provenance'] }).found).toEqual([['c']]);
  });
});

describe('bisecting with unknown outcomes', () => {
  it('goes round what cannot be tested, and ends with those that it leaves', () => {
    const line = chain(8);
    const verdict = culprit(line, 'n5');
    const skip = [idOf('n4')];
    expect(bisected(line, 'n7', verdict, { skip }).found).toEqual([['n4', 'n5']]);
    const flaky = (node: NodeId) => (node === 'n3' ? 'unknown' : verdict(node));
    expect(bisected(line, 'n7', flaky).found).toEqual([['n5']]);
  });

  it('never loses the culprit, and leaves no model that one more outcome would have told apart', () => {
    const graphs = fc.tuple(anyLineage(12), fc.nat(11), fc.nat(11), fc.array(fc.nat(11)));
    fc.assert(
      fc.property(graphs, ([lineage, leafPick, culpritPick, dark]) => {
        const ids = [...lineage.nodes.keys()];
        const leaf = ids[leafPick % ids.length] as NodeId;
        const above = [leaf, ...ancestors(lineage, [leaf])].sort();
        const guilty = above[culpritPick % above.length] as NodeId;
        const hidden = new Set(dark.map((i) => ids[i % ids.length]));
        const truth = culprit(lineage, guilty);
        const { found } = bisected(lineage, leaf, (node) =>
          hidden.has(node) ? 'unknown' : truth(node),
        );
        // By brute force: all first bad ones for which every clear outcome would be the same.
        const clear = above.filter((node) => node !== leaf && !hidden.has(node));
        const alike = above.filter((one) => {
          const other = culprit(lineage, one);
          return clear.every((node) => other(node) === truth(node));
        });
        expect(found).toEqual([alike.sort()]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('bisecting for every origin', () => {
  it('finds all that are first on their paths', () => {
    fc.assert(
      fc.property(
        anyLineage(12), fc.nat(11), fc.array(fc.nat(11), { maxLength: 3 }),
        (lineage, leafPick, culprits) => {
          const ids = [...lineage.nodes.keys()];
          const leaf = ids[leafPick % ids.length] as NodeId;
          const above = [...ancestors(lineage, [leaf])].sort();
          const sources = new Set([leaf, ...culprits.flatMap((i) => above[i] ?? [])]);
          const isBad = (node: NodeId) =>
            [node, ...ancestors(lineage, [node])].some((one) => sources.has(one));
          const first = [leaf, ...above].filter(
            (node) => isBad(node) && !both.some((kind) => parentsOf(lineage, node, kind).some(isBad)),
          );
          const { found, open } = bisected(
            lineage, leaf, (node) => (isBad(node) ? 'bad' : 'good'), { every: true },
          );
          expect(found.map((set) => set.join(' ')).sort()).toEqual(first.sort());
          expect(open).toEqual([]);
        },
      ),
      { numRuns: 400 },
    ); // prettier-ignore
  });

  it('costs nothing more where there is one path', () => {
    const line = chain(16);
    const verdict = culprit(line, 'n5');
    expect(bisected(line, 'n15', verdict, { every: true })).toEqual(bisected(line, 'n15', verdict));
  });
});
