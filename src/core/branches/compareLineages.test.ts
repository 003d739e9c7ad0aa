import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LineageFile } from '../branchViews.ts';
import type { NodeId } from '../ids.ts';
import { applyChanges } from '../lineage/applyChanges.ts';
import type { Edge, GraphData } from '../lineage/graph.ts';
import { dataOf, emptyLineage, lineageOf, type Lineage } from '../lineage/lineage.ts';
import { testEdge, testNode } from '../lineage/lineage.fixture.ts';
import { adoptChanges } from './adoptChanges.ts';
import { chooseModels } from './chooseModels.ts';
import { compareLineages } from './compareLineages.ts';

const id = (name: string) => name as NodeId;
let made = 0;

function fileOf(graph: GraphData): LineageFile {
  const content = [...new Set(graph.nodes.map(({ snapshot }) => snapshot))];
  return {
    ...graph,
    format: 'mgit-lineage',
    version: 1,
    exportedAt: 0,
    content: content.map((snapshot) => ({ snapshot, files: [] })),
  };
}

function graph(edges: readonly Edge[], names: readonly string[] = []): GraphData {
  const all = new Set([...names, ...edges.flatMap(({ from, to }) => [from, to])]);
  return {
    nodes: [...all].map((name) => testNode(name)),
    edges,
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  };
}

const versions = (text: string) =>
  text.split(' ').map((pair) => testEdge(...(pair.split('>') as [string, string]), 'version'));

/** Takes `theirs` in as the service does; gives the report. */
function adopt(ours: Lineage, theirs: GraphData, wanted?: readonly NodeId[]) {
  const file = fileOf(theirs);
  const models = chooseModels(compareLineages(ours, file), wanted);
  const { changes, report } = adoptChanges(ours, {
    file,
    models: new Map(
      theirs.nodes.filter((node) => models.has(node.id)).map((node) => [node.id, node]),
    ),
    data: new Set(theirs.datasets.map(({ snapshot }) => snapshot)),
    whole: wanted === undefined,
    removed: new Set(),
    newId: () => `new-${made++}`,
  });
  applyChanges(ours, changes, 'adopt' as never);
  return { changes, report };
}

/**
 * A lineage grown from one that both sides have: models are numbered, an edge leads from a lower to a
 * higher number, and content is the number, so that equal numbers are equal models whatever their ids.
 */
function grown(side: string) {
  return fc
    .record({
      present: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      pairs: fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.boolean()), { maxLength: 20 }),
      heads: fc.array(fc.tuple(fc.constantFrom('main', 'alice', 'bob'), fc.nat(11)), { maxLength: 3 }),
    })
    .map(({ present, pairs, heads }): GraphData => {
      const own = (number: number) => id(`${side}${number}`);
      const nodes = present.flatMap((there, number) =>
        there || number < 4
          ? [{ ...testNode(`m${number}`), id: own(number), name: `${number < 6 ? '' : side}m${number}` }]
          : [],
      );
      const ids = new Set(nodes.map((node) => node.id));
      const edges = new Map<string, Edge>();
      for (const [a, b, isVersion] of pairs) {
        const [from, to] = [own(Math.min(a, b)), own(Math.max(a, b))];
        // One version before each, and always the same one: two sides never contradict each other.
        if (a === b || !ids.has(from) || !ids.has(to)) continue;
        if (isVersion && Math.min(a, b) !== (Math.max(a, b) - 1) >> 1) continue;
        const edge = testEdge(from, to, isVersion ? 'version' : 'provenance');
        edges.set(`${edge.kind} ${from} ${to}`, edge);
      }
      const branches = new Map(
        heads.filter(([, at]) => ids.has(own(at))).map(([name, at]) => [name, { name, head: own(at), notes: '', createdAt: 0 }]),
      );
      return { nodes, edges: [...edges.values()], rejections: [], datasets: [], tests: [], branches: [...branches.values()] };
    });
} // prettier-ignore

/** A graph by content: what must be equal when two sides have exchanged everything. */
function byContent(lineage: Lineage) {
  const snapshot = (node: NodeId) => lineage.nodes.get(node)?.snapshot ?? '';
  return {
    models: [...lineage.nodes.values()].map((node) => node.snapshot).sort(),
    edges: [...lineage.edges.values()]
      .map(({ kind, from, to }) => `${kind} ${snapshot(from)} ${snapshot(to)}`)
      .sort(),
  };
}

describe('comparing lineages', () => {
  it('with themselves finds all shared, whatever their ids', () => {
    fc.assert(
      fc.property(grown('a'), (data) => {
        const renamed = JSON.parse(
          JSON.stringify(data).replaceAll(/"a(\d+)"/g, '"other-$1"'),
        ) as GraphData;
        for (const theirs of [data, renamed]) {
          const found = compareLineages(lineageOf(data), fileOf(theirs));
          expect(found.matches.every(({ is }) => is === 'shared')).toBe(true);
          expect(found.edges).toEqual({ shared: data.edges.length, ours: 0, theirs: 0 });
          expect(found.branches.every(({ is }) => is === 'same')).toBe(true);
          expect(found.nameClashes).toEqual([]);
        }
      }),
    );
  });

  it('is symmetric', () => {
    const mirror = { shared: 'shared', ours: 'theirs', theirs: 'ours', forked: 'forked' } as const;
    const turned = { same: 'same', diverged: 'diverged', 'ours-ahead': 'theirs-ahead', 'theirs-ahead': 'ours-ahead', 'ours-only': 'theirs-only', 'theirs-only': 'ours-only' } as const; // prettier-ignore
    fc.assert(
      fc.property(grown('a'), grown('b'), (a, b) => {
        const there = compareLineages(lineageOf(a), fileOf(b));
        const back = compareLineages(lineageOf(b), fileOf(a));
        const rows = (of: typeof there, by: Readonly<Record<string, string>>) =>
          of.matches.map(({ snapshot, is }) => `${snapshot} ${by[is] ?? is}`).sort();
        expect(rows(there, {})).toEqual(rows(back, mirror));
        expect(there.edges).toEqual({ shared: back.edges.shared, ours: back.edges.theirs, theirs: back.edges.ours }); // prettier-ignore
        const states = (of: typeof there, by: Readonly<Record<string, string>>) =>
          of.branches.map(({ name, is }) => `${name} ${by[is] ?? is}`).sort();
        expect(states(there, {})).toEqual(states(back, turned));
        expect(there.forks.length).toBe(back.forks.length);
      }),
    );
  });

  it('sees a model that both sides revised as a fork, with the ends of both', () => {
    const ours = lineageOf(graph(versions('m>o1 o1>o2')));
    const found = compareLineages(ours, fileOf(graph(versions('m>t1'))));
    expect(found.forks).toEqual([{ base: 'm', ours: ['o2'], theirs: ['t1'] }]);
    expect(found.matches.map(({ name, is }) => `${name} ${is}`)).toEqual([
      'm shared', 't1 forked', 'o1 forked', 'o2 forked',
    ]); // prettier-ignore
    expect(found.summary).toBe(
      '1 model shared · 1 only there · 2 only here · 1 revised on both sides',
    );
  });

  it('tells names that mean another model here, and what is not in the file', () => {
    const other = { ...testNode('m'), id: id('x'), snapshot: 'other' as never };
    const file = { ...fileOf({ ...graph([]), nodes: [other] }), content: [] };
    const found = compareLineages(lineageOf(graph([], ['m'])), file);
    expect(found.nameClashes).toEqual(['m']);
    expect(found.matches[0]).toMatchObject({ is: 'theirs', available: false });
  });

  it('of 5,000 models each takes less than 200 ms', () => {
    const side = (from: number) => {
      const edges: Edge[] = [];
      for (let at = from + 1; at < from + 5000; at++) {
        edges.push(testEdge(`m${at - 1}`, `m${at}`, 'version'));
        if (at % 3 === 0) edges.push(testEdge(`m${at - 3 < from ? from : at - 3}`, `m${at}`));
      }
      return { ...graph(edges), branches: [{ name: 'main', head: id(`m${from + 4999}`), notes: '', createdAt: 0 }] };
    }; // prettier-ignore
    const [ours, file] = [lineageOf(side(0)), fileOf(side(2500))];
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      compareLineages(ours, file);
      return performance.now() - start;
    }).sort((a, b) => a - b);
    expect(compareLineages(ours, file).branches[0]?.is).toBe('theirs-ahead');
    expect(times[2]).toBeLessThan(200);
  });
});

describe('taking another lineage in', () => {
  it('gives the union of both, from either side, and a second time nothing', () => {
    fc.assert(
      fc.property(grown('a'), grown('b'), (a, b) => {
        const [left, right] = [lineageOf(a), lineageOf(b)];
        adopt(left, b);
        adopt(right, a);
        expect(byContent(left)).toEqual(byContent(right));
        const snapshots = new Set([...a.nodes, ...b.nodes].map(({ snapshot }) => snapshot));
        expect(new Set(byContent(left).models)).toEqual(snapshots);
        expect(adopt(left, b).changes).toEqual([]);
        expect(compareLineages(left, fileOf(dataOf(right))).edges).toMatchObject({ ours: 0, theirs: 0 }); // prettier-ignore
      }),
    );
  });

  it('into nothing gives the same graph', () => {
    fc.assert(
      fc.property(grown('a'), (data) => {
        const ours = emptyLineage();
        adopt(ours, data);
        const sorted = (of: GraphData) => [...of.edges].sort((x, y) => `${x.kind}${x.from}${x.to}`.localeCompare(`${y.kind}${y.from}${y.to}`)); // prettier-ignore
        expect(dataOf(ours).nodes).toEqual(data.nodes);
        expect(sorted(dataOf(ours))).toEqual(sorted(data));
        expect(dataOf(ours).branches).toEqual(data.branches);
      }),
    );
  });

  it('takes chosen models with all they come from, and nothing else', () => {
    const ours = lineageOf(graph(versions('m>a')));
    const theirs = graph([...versions('m>t1 t1>t2 m>u'), testEdge('p', 't1')]);
    const { report } = adopt(ours, theirs, [id('t2')]);
    expect(report.added.map(({ name }) => name).sort()).toEqual(['p', 't1', 't2']);
    expect(report.edges).toBe(3);
    expect(report.forks).toEqual([{ base: 'm', ours: 'a', theirs: 't2' }]);
    expect(() => adopt(ours, theirs, [id('nobody')])).toThrow(/node-missing/);
  });

  it('moves a branch forward, and keeps one that went another way beside ours', () => {
    const at = (data: GraphData, name: string, head: string): GraphData => ({
      ...data,
      branches: [...data.branches, { name, head: id(head), notes: '', createdAt: 0 }],
    });
    const ours = lineageOf(at(at(graph(versions('m>o')), 'main', 'm'), 'dev', 'o'));
    const theirs = at(at(at(graph(versions('m>t')), 'main', 't'), 'dev', 't'), 'theirs/x', 'm');
    const { report } = adopt(ours, theirs);
    expect(report).toMatchObject({
      forwarded: ['main'],
      diverged: [{ name: 'dev', theirs: 'theirs/dev' }],
    });
    const heads = [...ours.branches.values()].map(({ name, head }) => `${name} ${head}`);
    expect(heads.sort()).toEqual(['dev o', 'main t', 'theirs/dev t', 'theirs/x m']);
  });

  it('keeps ids unless another model has one, follows them in edges and recipes, and suffixes names', () => {
    const stranger = { ...testNode('x'), snapshot: 'elsewhere' as never };
    const recipe = { parents: [{ role: 'base', node: id('x'), snapshot: 'elsewhere' }], data: [] };
    const child = { ...testNode('y'), recipe: recipe as never };
    const ours = lineageOf(graph([], ['x']));
    const theirs = { ...graph([testEdge('x', 'y')]), nodes: [stranger, child] };
    const { report } = adopt(ours, theirs);
    const [first, second] = report.added;
    expect(first?.id).not.toBe('x');
    expect(first?.name).toBe('x (theirs)');
    expect(second?.id).toBe('y');
    expect(ours.nodes.get(id('y'))?.recipe?.parents[0]?.node).toBe(first?.id);
    expect([...ours.edges.values()][0]).toMatchObject({ from: first?.id, to: 'y' });
  });

  it('leaves out edges that would close a circle, that were rejected, or make a third version, and says so', () => {
    const ours = lineageOf({
      ...graph([testEdge('a', 'b'), ...versions('p>m q>m')], ['c']),
      rejections: [{ kind: 'provenance', a: id('a'), b: id('c') }],
    });
    const guess: Edge = { ...testEdge('a', 'c'), grade: 'inferred' };
    const { report } = adopt(ours, graph([testEdge('b', 'a'), guess, ...versions('r>m')]));
    expect(report.skipped.map(({ why }) => why).sort()).toEqual([
      'here it would close a circle',
      'it was rejected here',
      'the model has two versions before it already',
    ]);
    expect(report.edges).toBe(0);
  });
});
