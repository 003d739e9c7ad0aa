import { describe, expect, it } from 'vitest';
import type { Joined } from '../../core/lineage/walkGraphs.fixture.ts';
import type { Verdict } from '../../core/modelTests/testResult.ts';
import type { BisectOrder, SearchState } from '../../core/searchViews.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { bisectLineage } from './bisectLineage.ts';
import { findInheritors } from './findInheritors.ts';
import { classifier, fakeJudge, searchBench, testId } from './searchBench.fixture.ts';
import { walkLineage } from './walkLineage.ts';

const success = [{ metric: 'score', is: 'at-least', value: 1 }] as const;

async function bench(edges: readonly Joined[]) {
  const names = [...new Set(edges.flatMap(([from, to]) => [from, to]))];
  const networks = Object.fromEntries(names.map((name, i) => [name, classifier(i + 1)]));
  return searchBench(networks, edges, () => ({ success }));
}

const line = Array.from({ length: 9 }, (_, i): Joined => [`m${i}`, `m${i + 1}`]);
const from =
  (first: number) =>
  (name: string): Verdict =>
    Number(name.slice(1)) >= first ? 'fail' : 'pass';

async function bisected(
  verdict: (name: string, time: number) => Verdict,
  order: Partial<BisectOrder> = {},
  edges: readonly Joined[] = line,
  leaf = 'm9',
) {
  const made = await bench(edges);
  const { judge, asked } = fakeJudge(verdict);
  const states: SearchState[] = [];
  const report = await bisectLineage(
    { ...made.ports, judge },
    { bad: made.idOf(leaf), test: testId, ...order },
    noRun,
    (state) => states.push(state),
  );
  const first = report.first.map(({ node }) => made.nameOf(node));
  return { ...made, report, asked, states, first };
}

describe('bisecting stored models', () => {
  it('finds the first bad one, with its parent, and tells of each step', async () => {
    const { report, first, states, asked, nameOf } = await bisected(from(6));
    expect(first).toEqual(['m6']);
    expect(report.first[0]?.parents).toMatchObject([{ kind: 'provenance', verdict: 'good' }]);
    expect(report.tests).toBe(asked.length);
    expect(report.tests).toBeLessThanOrEqual(6);
    expect(report.summary).toBe(
      `Introduced in m6, between m5 (good) and m6 (bad); ${report.tests} tests of 10 models.`,
    );
    expect(states[0]?.candidates).toHaveLength(10);
    expect(states[0]?.next).toBeDefined();
    const last = states.at(-1);
    expect(last).toMatchObject({ candidates: [], left: 0, tests: report.tests });
    const known = last?.known.map(({ node, verdict }) => `${nameOf(node)} ${verdict}`).sort();
    expect(known).toEqual(Array.from({ length: 10 }, (_, i) => `m${i} ${i < 6 ? 'good' : 'bad'}`));
    expect(report.notes.join(' ')).toMatch(/follow from this/);
  });

  it('says that a fault was there from the beginning', async () => {
    const { report, first } = await bisected(from(0));
    expect(first).toEqual(['m0']);
    expect(report.summary).toMatch(/^Bad from its beginning: m0 has no parent/);
    const alone = await bisected(from(0), {}, line, 'm0');
    expect(alone.first).toEqual(['m0']);
    expect(alone.report.tests).toBe(1);
  });

  it('takes the bad model itself where all its parents are said to be good', async () => {
    const made = await bench(line);
    const { judge } = fakeJudge(from(9));
    const [bad, good] = [made.idOf('m9'), [made.idOf('m8')]];
    const ports = { ...made.ports, judge };
    const report = await bisectLineage(ports, { bad, good, test: testId }, noRun, () => undefined);
    expect(report.first.map(({ node }) => node)).toEqual([bad]);
    expect(report.tests).toBe(1);
  });

  it('refuses to search where there is nothing to find', async () => {
    await expect(bisected(from(20))).rejects.toMatchObject({
      code: 'search-unfit',
      data: { reason: 'm9 passes the test test' },
    });
    await expect(bisected(() => 'error')).rejects.toMatchObject({ code: 'search-unfit' });
    await expect(bisected(from(3), { repeats: 0 })).rejects.toMatchObject({
      code: 'test-invalid',
    });
    await expect(bisected(from(3), { success: [] })).rejects.toMatchObject({
      code: 'search-unfit',
    });
  });

  it('takes an error for unknown, and names those it cannot tell apart', async () => {
    const { report, first } = await bisected((name) => (name === 'm5' ? 'error' : from(6)(name)));
    expect(first).toEqual(['m5', 'm6']);
    expect(report.summary).toMatch(/^Introduced in one of m5 and m6/);
    expect(report.notes[0]).toBe('m5 could not be tested: it broke.');
  });

  it('repeats a flaky test, and does not believe outcomes that disagree', async () => {
    const flaky = (name: string, time: number): Verdict =>
      name === 'm5' ? (time % 2 === 0 ? 'pass' : 'fail') : from(6)(name);
    const { report, first } = await bisected(flaky, { repeats: 3 });
    expect(first).toEqual(['m5', 'm6']);
    expect(report.notes.join(' ')).toContain('m5 passes at one time and fails at another.');
    expect(report.tested.some(({ outcomes }) => outcomes.length === 3)).toBe(true);
  });

  it('goes by other rules than the test’s own', async () => {
    const { first } = await bisected(from(4), {
      success: [{ metric: 'score', is: 'at-least', value: 0.5 }],
    });
    expect(first).toEqual(['m4']);
  });

  it('tests parents that were only taken to be good, and goes on from one that is bad', async () => {
    const edges: Joined[] = [['a', 'b'], ['b', 'c'], ['c', 'd'], ['a', 'x'], ['x', 'd']];
    // x fails but is cleared by nothing; c is good although b is bad.
    const bad = new Set(['b', 'd', 'x']);
    const verdict = (name: string): Verdict => (bad.has(name) ? 'fail' : 'pass');
    const { first } = await bisected(verdict, {}, edges, 'd');
    expect(first).toHaveLength(1);
    expect(['b', 'x']).toContain(first[0]);
  }); // prettier-ignore

  it('finds every origin when it is asked to, and else says that there may be more', async () => {
    const edges: Joined[] = [['a', 'm'], ['b', 'm'], ['m', 'leaf']];
    const verdict = (): Verdict => 'fail';
    const one = await bisected(verdict, { verify: false }, edges, 'leaf');
    expect(one.first).toHaveLength(1);
    expect(one.report.notes.join(' ')).toMatch(/1 model on other paths is neither/);
    const all = await bisected(verdict, { every: true }, edges, 'leaf');
    expect(all.first.sort()).toEqual(['a', 'b']);
  }); // prettier-ignore

  it('stops between tests when it is cancelled', async () => {
    const made = await bench(line);
    const controller = new AbortController();
    const { judge, asked } = fakeJudge(from(6));
    const running = bisectLineage(
      { ...made.ports, judge },
      { bad: made.idOf('m9'), test: testId },
      { signal: controller.signal },
      ({ tests }) => {
        if (tests === 2) controller.abort();
      },
    );
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(2);
  });

  it('refuses a good model below the bad one, and names what is missing', async () => {
    const made = await bench(line);
    const { judge } = fakeJudge(from(6));
    const order = { bad: made.idOf('m5'), test: testId };
    const ports = { ...made.ports, judge };
    await expect(
      bisectLineage(ports, { ...order, good: [made.idOf('m5')] }, noRun, () => undefined),
    ).rejects.toMatchObject({ code: 'search-unfit' });
    await expect(
      bisectLineage(ports, { ...order, test: 'gone' as typeof testId }, noRun, () => undefined),
    ).rejects.toMatchObject({ code: 'test-missing' });
  });
});

describe('walking and inheriting on stored models', () => {
  it('finds what inherited a fault', async () => {
    const edges: Joined[] = [['a', 'b'], ['b', 'c'], ['b', 'd'], ['d', 'e'], ['a', 'f']];
    const made = await bench(edges);
    const { judge, asked } = fakeJudge((name) => ('bcde'.includes(name) ? 'fail' : 'pass'));
    const report = await findInheritors(
      { ...made.ports, judge },
      { known: made.idOf('c'), test: testId },
      noRun,
      () => undefined,
    );
    expect(report.affected.map(made.nameOf).sort()).toEqual(['b', 'c', 'd', 'e']);
    expect(report.origins.map(made.nameOf)).toEqual(['b']);
    expect(report.tests).toBe(asked.length);
    expect(report.of).toBe(7);
    expect(report.summary).toMatch(/^4 models have the fault, which came in with b; 5 tests/);
  }); // prettier-ignore

  it('walks by results that are there, and runs none', async () => {
    const made = await bench(line.slice(0, 4));
    const { judge, asked } = fakeJudge(() => 'pass');
    const verdicts: typeof made.ports.verdicts = () =>
      Promise.resolve((node) => (node === made.idOf('m3') ? 'fail' : undefined));
    const found = await walkLineage({ ...made.ports, judge, verdicts } as typeof made.ports, {
      start: [made.idOf('m0')],
      kinds: ['provenance'],
      direction: 'down',
      order: 'breadth-first',
      skip: { is: 'not', condition: { is: 'fails', test: testId } },
    });
    expect(found.map(made.nameOf)).toEqual(['m3']);
    expect(asked).toEqual([]);
  });
});
