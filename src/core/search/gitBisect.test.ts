import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { ancestors } from '../lineage/ancestry.ts';
import { parentsOf, type Lineage } from '../lineage/lineage.ts';
import { anyLineage, idOf } from '../lineage/walkGraphs.fixture.ts';
import { afterOutcome, beginBisect } from './bisect.ts';

const both = ['provenance', 'version'] as const;

/** The graph above a leaf, by names: what there is to compare by, and the sets that git counts. */
function aboveOf(lineage: Lineage, leaf: NodeId): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const node of [leaf, ...ancestors(lineage, [leaf])])
    sets.set(node, new Set([node, ...ancestors(lineage, [node])]));
  return sets;
}

type Choose = (candidates: ReadonlySet<string>, bad: string, good: readonly string[]) => string;

/** Tests that a bisection takes whose next model `choose` gives. */
function testsTaken(
  sets: ReadonlyMap<string, ReadonlySet<string>>,
  leaf: string,
  culprit: string,
  choose: Choose,
): number {
  let candidates = new Set(sets.keys());
  let bad = leaf;
  const good: string[] = [];
  for (let tests = 0; ; tests++) {
    if (candidates.size === 1) {
      expect([...candidates]).toEqual([culprit]);
      return tests;
    }
    const next = choose(candidates, bad, good);
    const above = sets.get(next);
    const failed = above?.has(culprit) ?? false;
    candidates = new Set([...candidates].filter((one) => above?.has(one) === failed));
    if (failed) bad = next;
    else good.push(next);
  }
}

/** git's published rule: the commit for which the smaller part is largest; the first in its order. */
function byGitsRule(sets: ReadonlyMap<string, ReadonlySet<string>>): Choose {
  return (candidates) => {
    const scored = [...candidates].map((one) => ({ one, score: scoreIn(sets, candidates, one) }));
    return scored.reduce((best, each) => (each.score > best.score ? each : best)).one;
  };
}

function scoreIn(
  sets: ReadonlyMap<string, ReadonlySet<string>>,
  candidates: ReadonlySet<string>,
  one: string,
): number {
  const above = [...(sets.get(one) ?? [])].filter((node) => candidates.has(node)).length;
  return Math.min(above, candidates.size - above);
}

function ourTests(lineage: Lineage, leaf: NodeId, culprit: NodeId): number {
  let state = beginBisect(lineage, { bad: leaf, kinds: both });
  let tests = 0;
  for (; state.next !== undefined; tests++) {
    const next = state.graph.ids[state.next] as NodeId;
    const failed = next === culprit || ancestors(lineage, [next]).has(culprit);
    state = afterOutcome(state, failed ? 'bad' : 'good');
  }
  return tests;
}

/** The lineage above a leaf as a git repository; gives commits by name. */
function repository(folder: string, lineage: Lineage, leaf: NodeId): Map<string, string> {
  const git = (args: readonly string[], input?: string) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'ignore'] }); // prettier-ignore
  git(['init', '--quiet', '--bare']);
  const { ids } = beginBisect(lineage, { bad: leaf, kinds: both }).graph;
  const marks = new Map(ids.map((id, at) => [id, at + 1]));
  const commits = ids.map((id) => {
    const mark = marks.get(id) ?? 0;
    const parents = [...new Set(both.flatMap((kind) => parentsOf(lineage, id, kind)))];
    const above = parents.map((parent, i) => `${i === 0 ? 'from' : 'merge'} :${marks.get(parent)}\n`);
    // A branch of its own for each: fast-import would else make the last commit its parent.
    return `commit refs/heads/b${mark}\nmark :${mark}\ncommitter a <a@b.c> ${1e9 + mark} +0000\ndata 1\nx\n${above.join('')}\n`;
  }); // prettier-ignore
  git(['fast-import', '--quiet'], commits.join(''));
  const refs = git(['for-each-ref', '--format=%(refname:short) %(objectname)']);
  const hashes = new Map(refs.trim().split('\n').map((line) => line.split(' ') as [string, string])); // prettier-ignore
  return new Map(ids.map((id) => [id, hashes.get(`b${marks.get(id)}`) ?? '']));
}

/** With enough above one model for a search to be worth while. */
const deepGraphs = anyLineage(24).filter(
  (lineage) => ancestors(lineage, [deepest(lineage)]).size >= 7,
);

describe('beside git bisect', () => {
  it('chooses as real git does: what is left by the worse outcome is the same', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bisect-'));
    let compared = 0;
    try {
      for (const lineage of fc.sample(deepGraphs, { numRuns: 6, seed: 5 })) {
        const leaf = deepest(lineage);
        const sets = aboveOf(lineage, leaf);
        const commits = repository(folder, lineage, leaf);
        const names = new Map([...commits].map(([name, hash]) => [hash, name]));
        const real: Choose = (candidates, bad, good) => {
          const range = [commits.get(bad), ...good.map((one) => `^${commits.get(one)}`)];
          const args = ['-C', folder, 'rev-list', '--bisect', ...(range as string[])];
          const chosen = names.get(execFileSync('git', args, { encoding: 'utf8' }).trim()) ?? '';
          const best = byGitsRule(sets)(candidates, bad, good);
          expect(scoreIn(sets, candidates, chosen)).toBe(scoreIn(sets, candidates, best));
          compared += 1;
          return chosen;
        };
        const culprits = [...sets.keys()].filter((_, at) => at % 3 === 0);
        const git = culprits.map((one) => testsTaken(sets, leaf, one, real));
        const ours = culprits.map((one) => ourTests(lineage, leaf, idOf(one)));
        expect(mean(ours)).toBeLessThanOrEqual(mean(git) + 1);
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      }
      expect(compared).toBeGreaterThan(20);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('takes on average no more than one test more than its rule, on any graph', () => {
    fc.assert(
      fc.property(deepGraphs, (lineage) => {
        const leaf = deepest(lineage);
        const sets = aboveOf(lineage, leaf);
        const culprits = [...sets.keys()];
        const git = culprits.map((one) => testsTaken(sets, leaf, one, byGitsRule(sets)));
        const ours = culprits.map((one) => ourTests(lineage, leaf, idOf(one)));
        expect(mean(ours)).toBeLessThanOrEqual(mean(git) + 1);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

/** The node with most above it. */
function deepest(lineage: Lineage): NodeId {
  const above = (id: NodeId) => ancestors(lineage, [id]).size;
  return [...lineage.nodes.keys()].reduce((deep, id) => (above(id) > above(deep) ? id : deep));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
