import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CascadeChoice, CascadeTarget } from '../cascadeViews.ts';
import type { NodeId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { testEdge, testNode } from '../lineage/lineage.fixture.ts';
import { emptyLineage, lineageOf, parentsOf, putEdge, putNode, type Lineage } from '../lineage/lineage.ts'; // prettier-ignore
import type { Recipe } from '../recipe/recipe.ts';
import { planCascade, type CascadeRules, type PlannedCascade } from './planCascade.ts';

type Given = { readonly [node: string]: string };

const id = (name: string) => name as NodeId;

/** Models by name with their provenance parents, made in this order, each with a recipe of those parents. */
function graph(parents: Given, versions: readonly string[] = [], groups: Given = {}): Lineage {
  const lineage = emptyLineage();
  for (const [at, [name, from]] of Object.entries(parents).entries()) {
    const named = from.split(' ').filter((one) => one !== '');
    const node = { ...testNode(name), createdAt: at };
    const group = groups[name];
    const recipe = { version: 1, function: 'f', functionVersion: 1, arguments: {}, data: [], seed: 1, environment: { app: 't', backend: 'none' }, parents: named.map((one) => ({ role: 'base', node: id(one), snapshot: testNode(one).snapshot })), ...(group === undefined ? {} : { group, part: name }) } as const satisfies Recipe; // prettier-ignore
    putNode(lineage, named.length === 0 ? node : { ...node, recipe });
    for (const one of named) putEdge(lineage, testEdge(one, name));
  }
  for (const version of versions) {
    const [from = '', to = ''] = version.split(' ');
    putEdge(lineage, testEdge(from, to, 'version'));
  }
  return lineage;
}

const open: CascadeRules = {
  skip: () => false,
  stop: () => false,
  choice: () => undefined,
  unfit: () => undefined,
  followsFromParts: () => false,
};

const plan = (lineage: Lineage, rules: Partial<CascadeRules> = {}, old = 'm', next = 'n') =>
  planCascade(lineage, id(old), id(next), { ...open, ...rules });

const word = (target: CascadeTarget) => ('node' in target ? target.node : `${target.of}'`);
const shown = ({ items }: PlannedCascade) =>
  items.map(({ models, parents }) => {
    const made = models.map(({ node }) => node).join('+');
    return `${made}<${parents.map(({ now }) => word(now)).join(',')}`;
  });
const reasons = ({ kept }: PlannedCascade) =>
  Object.fromEntries(kept.map(({ node, is }) => [node, is]));

const diamond = { m: '', n: '', a: 'm', b: 'm', c: 'a', d: 'a b', e: 'd' };

describe('the plan of a cascade', () => {
  test('makes each model of a diamond once, from the new versions of all its parents', () => {
    const planned = plan(graph(diamond, ['m n']));
    expect(shown(planned)).toEqual(["a<n", "b<n", "c<a'", "d<a',b'", "e<d'"]); // prettier-ignore
    expect(planned.warnings).toEqual([]);
    expect(planned.items[3]?.after).toEqual(['item a', 'item b']);
  });

  test('attaches a model with a short and a long path to what is at the end of the long one', () => {
    const lineage = graph({ m: '', n: '', x: 'm', a: 'm', b: 'a' }, ['m n']);
    putEdge(lineage, testEdge('b', 'x'));
    const node = lineage.nodes.get(id('x'));
    if (node?.recipe === undefined) throw new Error('no recipe');
    const parent = { role: 'base', node: id('b'), snapshot: testNode('b').snapshot } as const;
    putNode(lineage, {
      ...node,
      recipe: { ...node.recipe, parents: [...node.recipe.parents, parent] },
    });
    expect(shown(plan(lineage))).toEqual(['a<n', "b<a'", "x<n,b'"]);
  });

  test('keeps what is skipped and goes on below it; ends where it is told to stop', () => {
    const lineage = graph(diamond, ['m n']);
    const skipped = plan(lineage, { skip: ({ name }) => name === 'a' });
    expect(shown(skipped)).toEqual(['b<n', "d<a,b'", "e<d'"]);
    expect(reasons(skipped)).toEqual({ a: 'skipped', c: 'unchanged' });
    const stopped = plan(lineage, { stop: ({ name }) => name === 'd' });
    expect(shown(stopped)).toEqual(['a<n', 'b<n', "c<a'"]);
    expect(reasons(stopped)).toEqual({ d: 'stopped' });
  });

  test('leaves alone what is below the new version only, and makes again what is below both', () => {
    const lineage = graph({ m: '', n: 'm', x: 'n', y: 'm n' }, ['m n']);
    expect(shown(plan(lineage))).toEqual(['y<n,n']);
  });

  test('says which model cannot be made again and what stays with it', () => {
    const lineage = graph(diamond, ['m n']);
    const unfit: CascadeRules['unfit'] = ({ name }) => (name === 'a' ? 'no data' : undefined);
    const planned = plan(lineage, { unfit });
    expect(shown(planned)).toEqual(['b<n', "d<a,b'", "e<d'"]);
    expect(planned.kept).toMatchObject([
      { node: 'a', is: 'not-replayable', why: 'no data', options: ['transplant', 'order', 'keep', 'leave'] },
      { node: 'c', is: 'unchanged', by: 'a' },
    ]); // prettier-ignore
    const choice = (node: NodeId): CascadeChoice | undefined =>
      node === 'a' ? { is: 'transplant' } : undefined;
    expect(shown(plan(lineage, { unfit, choice }))).toEqual(shown(plan(lineage)));
  });

  test('leaves out a model and what is only below it, by choice', () => {
    const lineage = graph(diamond, ['m n']);
    const planned = plan(lineage, {
      choice: (node) => (node === 'a' ? { is: 'leave' } : undefined),
    });
    expect(shown(planned)).toEqual(['b<n', "d<a,b'", "e<d'"]);
    expect(reasons(planned)).toEqual({ a: 'left' });
  });

  test('refuses the choice of a recipe that cannot be run, and of a model as its own version', () => {
    const lineage = graph(diamond, ['m n']);
    const choice = (): CascadeChoice => ({ is: 'recipe' });
    const refused = expect.objectContaining({ code: 'cascade-unfit' }) as Error;
    expect(() => plan(lineage, { choice, unfit: () => 'no data' })).toThrow(refused);
    expect(() => plan(lineage, {}, 'm', 'm')).toThrow(refused);
  });

  test('does not run a recipe again that does not begin with the parent that changed', () => {
    const lineage = graph({ m: '', n: '', a: 'm', x: '' }, ['m n']);
    putEdge(lineage, testEdge('m', 'x'));
    expect(plan(lineage).kept).toMatchObject([{ node: 'x', why: 'it has no recipe' }]);
    const other = graph({ m: '', n: '', o: '', x: 'o' }, ['m n']);
    putEdge(other, testEdge('m', 'x'));
    expect(plan(other).kept).toMatchObject([{ node: 'x', why: 'its recipe does not begin with m' }]); // prettier-ignore
  });

  test('makes new versions follow the newest one, one after the other', () => {
    // Versions that are each made from the one before, and a base below all of them.
    const lineage = graph({ m: '', n: '', v0: 'm', v1: 'v0', v2: 'v1' }, ['m n', 'v0 v1', 'v1 v2']);
    const planned = plan(lineage);
    expect(planned.items.flatMap(({ models }) => models.map(({ revises }) => word(revises)))).toEqual(["v2", "v0'", "v1'"]); // prettier-ignore
    expect(planned.items.map(({ after }) => after)).toEqual([[], ['item v0'], ['item v1']]);
  });

  test('forks from the model itself where there are several newest versions, and says so', () => {
    const lineage = graph({ m: '', n: '', a: 'm', p: '', q: '' }, ['m n', 'a p', 'a q']);
    const planned = plan(lineage);
    expect(planned.items[0]?.models[0]?.revises).toEqual({ node: 'a' });
    expect(planned.warnings).toEqual([expect.stringContaining('2 newest versions')]);
  });

  test('of the newest versions leaves out the older ones that nothing is made from', () => {
    const lineage = graph({ m: '', n: '', a: 'm', b: 'm', c: 'm', d: 'c', e: 'm' }, ['m n', 'a b', 'c e']); // prettier-ignore
    const planned = plan(lineage, { headsOnly: true });
    expect(shown(planned)).toEqual(['b<n', 'c<n', "d<c'", 'e<n']);
    expect(reasons(planned)).toEqual({ a: 'older' });
  });

  test('gives names that are free', () => {
    const lineage = graph({ m: '', n: '', a: 'm', 'a@2': 'm', 'a@4': '' }, ['m n']);
    const names = plan(lineage).items.flatMap(({ models }) => models.map(({ name }) => name));
    expect(names).toEqual(['a@3', 'a@5']);
  });

  test('makes the models of one call together, after the parents of all of them', () => {
    const lineage = graph({ m: '', n: '', s: 'm', t1: 'm s', t2: 'm s', u: 't2' }, ['m n'], {
      t1: 'g',
      t2: 'g',
    });
    expect(shown(plan(lineage))).toEqual(['s<n', "t1+t2<n,s'", "u<t2'"]);
    const skipped = plan(lineage, { skip: ({ name }) => name === 't1' });
    expect(reasons(skipped)).toEqual({ t1: 'skipped', t2: 'skipped', u: 'unchanged' });
    const stopped = plan(lineage, { stop: ({ name }) => name === 't1' });
    expect(reasons(stopped)).toEqual({ t1: 'stopped', t2: 'not-replayable', u: 'unchanged' });
  });

  test('says that a group cannot be made again that would need its own result', () => {
    const lineage = graph({ m: '', n: '', t1: 'm', x: 't1', t2: 'm' }, ['m n'], { t1: 'g', t2: 'g' }); // prettier-ignore
    putEdge(lineage, testEdge('x', 't2'));
    const planned = plan(lineage);
    expect(reasons(planned)).toEqual({ t1: 'not-replayable', t2: 'not-replayable', x: 'unchanged' }); // prettier-ignore
  });

  test('makes an average from a corrected client and the other old ones, then the next round', () => {
    const round = { c1: 'g', c2: 'g', avg: 'g', d1: 'h', d2: 'h', top: 'h' };
    const lineage = graph({ m: '', c1: 'm', c2: 'm', avg: 'm', d1: 'avg', d2: 'avg', top: 'avg', n: 'm' }, ['c2 n'], round); // prettier-ignore
    const { edges } = lineage;
    const federated = lineageOf({
      nodes: [...lineage.nodes.values()],
      edges: [
        ...[...edges.values()].filter(({ to }) => to !== 'avg' && to !== 'top'),
        testEdge('c1', 'avg'),
        testEdge('c2', 'avg'),
        testEdge('d1', 'top'),
        testEdge('d2', 'top'),
      ],
      rejections: [],
      datasets: [],
      tests: [],
      branches: [],
    });
    const rules = { followsFromParts: ({ name }: { name: string }) => name === 'avg' };
    const planned = plan(federated, rules, 'c2', 'n');
    expect(shown(planned)).toEqual(['avg<c1,n', "d1+d2+top<avg'"]);
    expect(planned.items.map(({ fromParts }) => fromParts)).toEqual([true, undefined]);
    expect(reasons(plan(federated, {}, 'c2', 'n'))).toMatchObject({ avg: 'not-replayable' });
  });
});

/** The plan by its definition: what changes is what has a changed parent, found until nothing is new. */
function oracle(lineage: Lineage, rules: Pick<CascadeRules, 'skip' | 'stop'>) {
  const below = (from: ReadonlySet<NodeId>, takes: (node: ModelNode) => boolean) => {
    const found = new Set<NodeId>();
    for (let size = -1; size < found.size;) {
      size = found.size;
      for (const node of lineage.nodes.values())
        if (takes(node) && hasParentIn(node.id, [...from, ...found])) found.add(node.id);
    }
    return found;
  };
  const hasParentIn = (node: NodeId, set: readonly NodeId[]) =>
    parentsOf(lineage, node, 'provenance').some((parent) => set.includes(parent));
  const old = new Set([id('m')]);
  const reach = below(old, (node) => node.id !== 'n' && !rules.stop(node));
  return below(old, (node) => reach.has(node.id) && !rules.skip(node));
}

test('is what its definition says on random graphs: all, once, in order, from the right parents', () => {
  const graphs = fc.array(
    fc.record({
      parents: fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 4 }),
      mark: fc.constantFrom('', '', '', 'skip', 'stop'),
      age: fc.nat(5),
    }),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(graphs, fc.boolean(), (given, child) => {
      const names = ['m', 'n', ...given.map((_, i) => `x${i}`)];
      const parents = Object.fromEntries(
        given.map((one, i) => [
          `x${i}`,
          one.parents.filter((p) => p < i + 2).map((p) => names[p]).join(' '),
        ]),
      ); // prettier-ignore
      const lineage = graph({ m: '', n: child ? 'm' : '', ...parents }, ['m n']);
      for (const [i, { age }] of given.entries()) {
        const node = lineage.nodes.get(id(`x${i}`));
        if (node !== undefined) putNode(lineage, { ...node, createdAt: age });
      }
      const marked = (mark: string) => (node: { name: string }) =>
        given[Number(node.name.slice(1))]?.mark === mark && node.name.startsWith('x');
      const rules = { skip: marked('skip'), stop: marked('stop') };
      const { items } = plan(lineage, rules);
      const order = items.flatMap(({ models }) => models.map(({ node }) => node));
      expect([...order].sort()).toEqual([...oracle(lineage, rules)].sort());
      const at = new Map(order.map((node, i) => [node as string, i]));
      for (const [i, item] of items.entries())
        for (const { old, now } of item.parents) {
          const place = at.get(old);
          if (place === undefined) expect(now).toEqual({ node: old === 'm' ? 'n' : old });
          else {
            expect(now).toMatchObject({ of: old });
            expect(place).toBeLessThan(i);
          }
        }
      for (const { models, parents: all } of items)
        expect(all.map(({ old }) => old).sort()).toEqual(
          parentsOf(lineage, models[0]?.node ?? id(''), 'provenance').sort(),
        );
      expect(new Set(items.flatMap(({ models }) => models.map(({ name }) => name))).size).toBe(order.length); // prettier-ignore
    }),
    { numRuns: 500 },
  );
});
