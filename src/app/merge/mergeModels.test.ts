import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import { dataOf } from '../../core/lineage/lineage.ts';
import type { MergeMethod } from '../../core/mergeViews.ts';
import { linear } from '../../core/models/layers.ts';
import { modelBuilder } from '../../core/models/modelBuilder.ts';
import type { Network } from '../../core/network/network.ts';
import { replayModel } from '../create/replayModel.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { undoOperation } from '../undoOperation.ts';
import { mergeBench, nudged, twoHeadNetwork } from './mergeBench.fixture.ts';
import { mergeModels, previewMerge } from './mergeModels.ts';
import { mergeTensorsOf } from './mergeTensorsOf.ts';
import { planMerge } from './planMerge.ts';

const plus = (values: readonly number[], by: number) => values.map((value) => Math.fround(value + by)); // prettier-ignore

/** Two children of one base, which moved the given tensors by the given amounts. */
async function family(
  byX: Readonly<Record<string, number>>,
  byY: Readonly<Record<string, number>>,
) {
  const bench = await mergeBench();
  const base = await bench.version('base', bench.base);
  const x = await bench.version('x', nudged(bench.base, byX), [base]);
  const y = await bench.version('y', nudged(bench.base, byY), [base]);
  const plan = () => planMerge(bench.ports, { x, y }, noRun);
  const run = (more: object = {}) => mergeModels(bench.ports, { x, y, ...more }, noRun);
  const models = async () => dataOf(await bench.ports.session.lineage()).nodes.length;
  return { ...bench, base, x, y, plan, run, models };
}

const rows = [
  [{ 'headA.weight': 1 }, { 'headB.weight': 1 }, 'automatic'],
  [{ 'enc.weight': 1 }, { 'headB.weight': 1 }, 'possible-conflict'],
  [{ 'emb.weight': 1 }, { 'headA.weight': 1 }, 'possible-conflict'],
  [{ 'enc.weight': 1, 'headA.weight': 1 }, { 'headA.weight': 2 }, 'conflict'],
  [{}, { 'enc.weight': 1 }, 'fast-forward'],
  [{ 'enc.weight': 1 }, { 'enc.bias': 1 }, 'possible-conflict'],
  [{ 'enc.weight': 1 }, { 'enc.weight': 1 }, 'fast-forward'],
] as const;

describe('a merge of real models', () => {
  test.each(rows)('where %j meets %j is %s', async (byX, byY, verdict) => {
    const { plan, base } = await family(byX, byY);
    expect(await plan()).toMatchObject({ verdict, base, bases: [base] });
  });

  test('has the changes of both, both as predecessors, and a recipe that gives the same bits', async () => {
    const { run, x, y, base, values, ports } = await family(
      { 'headA.weight': 1, 'headA.bias': 0.5 },
      { 'headB.weight': 2 },
    );
    const report = await run();
    expect(report).toMatchObject({ is: 'merged', name: 'x+y' });
    expect(report.preview).toBeUndefined();
    expect(await values(report.node, 'headA.weight')).toEqual(await values(x, 'headA.weight'));
    expect(await values(report.node, 'headA.bias')).toEqual(await values(x, 'headA.bias'));
    expect(await values(report.node, 'headB.weight')).toEqual(await values(y, 'headB.weight'));
    expect(await values(report.node, 'enc.weight')).toEqual(await values(base, 'enc.weight'));
    const { edges } = dataOf(await ports.session.lineage());
    const above = (kind: string) => edges.filter((edge) => edge.to === report.node && edge.kind === kind).map(({ from }) => from); // prettier-ignore
    expect(above('version')).toEqual([x, y]);
    expect(above('provenance')).toEqual([x, y, base]);
    const { grade } = await replayModel(ports, report.node, noRun, () => undefined);
    expect(grade.is).toBe('equal-bits');
    expect((await checkIntegrity(ports, noRun)).ok).toBe(true);
  });

  test('is one step of the history', async () => {
    const { run, ports, models } = await family({ 'headA.weight': 1 }, { 'headB.weight': 2 });
    const before = await models();
    await run();
    expect(await models()).toBe(before + 1);
    await undoOperation(ports.session, ports.log, 'undo');
    expect(await models()).toBe(before);
  });

  test('of a model with one that has nothing new makes no model, and says what a branch would do', async () => {
    const { run, y, models } = await family({}, { 'enc.weight': 1 });
    const before = await models();
    const report = await run();
    expect(report).toMatchObject({ is: 'fast-forward', node: y });
    expect(report.text).toContain('A branch at x would move to y');
    expect(await models()).toBe(before);
  });

  test('waits for a choice where both changed a layer, and takes it', async () => {
    const { run, values, x, y, base, models } = await family({ 'enc.weight': 1 }, { 'enc.weight': 3 }); // prettier-ignore
    const before = await models();
    await expect(run()).rejects.toMatchObject({ code: 'merge-conflict', data: { layers: ['enc'] } }); // prettier-ignore
    await expect(run({ accept: true })).rejects.toMatchObject({ code: 'merge-conflict' });
    expect(await models()).toBe(before);
    const start = await values(base, 'enc.weight');
    const wanted: readonly (readonly [MergeMethod, number[]])[] = [
      [{ is: 'x' }, await values(x, 'enc.weight')],
      [{ is: 'y' }, await values(y, 'enc.weight')],
      [{ is: 'base' }, start],
      [{ is: 'average', t: 0.5 }, plus(start, 2)],
      [{ is: 'task-arithmetic', a: 1, b: 1 }, plus(start, 4)],
      [{ is: 'ties', density: 1, scale: 1 }, plus(start, 2)],
    ];
    for (const [method, expected] of wanted) {
      const report = await run({ choices: { enc: method }, name: `by ${method.is}` });
      const found = await values(report.node, 'enc.weight');
      for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
    }
  });

  test('refuses choices that do not fit, and names the layer', async () => {
    const { run } = await family({ 'enc.weight': 1 }, { 'enc.weight': 3 });
    const refused = (choices: object) => expect(run({ choices })).rejects.toMatchObject({ code: 'recipe-invalid' }); // prettier-ignore
    await refused({ nothing: { is: 'x' } });
    await refused({ enc: { is: 'average', t: 2 } });
    await refused({ enc: { is: 'average', t: 0.5, density: 1 } });
    await refused({ enc: { is: 'both' } });
    await refused({ enc: { is: 'magic' } });
    await refused({ emb: { is: 'x' } });
  });

  test('keeps apart weight of one side and bias of the other, once accepted', async () => {
    const { run, values, x, y } = await family({ 'enc.weight': 1 }, { 'enc.bias': 3 });
    await expect(run()).rejects.toMatchObject({ code: 'merge-conflict' });
    const { node } = await run({ accept: true });
    expect(await values(node, 'enc.weight')).toEqual(await values(x, 'enc.weight'));
    expect(await values(node, 'enc.bias')).toEqual(await values(y, 'enc.bias'));
  });

  test('says how far each side moved, and whether they agree', async () => {
    const { plan, ports, base, x, y } = await family({ 'enc.weight': 1 }, { 'enc.weight': 2 });
    const enc = (await plan()).layers.find(({ id }) => id === 'enc');
    expect(enc?.alignment).toBeCloseTo(1, 6);
    expect(enc?.changeY).toBeCloseTo(2 * (enc?.changeX ?? 0), 5);
    const tensors = await mergeTensorsOf(ports, { x, y, base, layer: 'enc' }, noRun);
    expect(tensors).toMatchObject([
      {
        slot: 'weight',
        x: { norm: expect.closeTo(4, 4) as number },
        alignment: expect.closeTo(1, 6) as number,
      },
      { slot: 'bias', x: { norm: 0 }, y: { differing: 0 } },
    ]);
  });
});

describe('the tests of a merge', () => {
  test('settle a possible conflict: no better side lost, accepted', async () => {
    const { run, addTest, x, y, base } = await family({ 'enc.weight': 1 }, { 'headB.weight': 1 });
    await addTest('headB.weight', [base]);
    await addTest('enc.weight', [x]);
    await addTest('headB.bias', [x, y]);
    const report = await run();
    expect(report.preview).toMatchObject({ accepted: true, tests: 3, findings: [] });
  });

  test('refuse a merge that is worse than both, and than a side on its own test; store nothing', async () => {
    const { run, addTest, y, ports, x, models } = await family({ 'enc.weight': -1 }, { 'headB.weight': 1 }); // prettier-ignore
    await addTest('enc.weight', [y]);
    const before = await models();
    await expect(run()).rejects.toMatchObject({ code: 'merge-conflict', data: { layers: ['enc', 'headB'] } }); // prettier-ignore
    expect(await models()).toBe(before);
    const preview = await previewMerge(ports, { x, y }, noRun);
    expect(preview.accepted).toBe(false);
    expect(preview.findings).toMatchObject([{ is: 'regression', metric: 'sum', parent: y }]);
    expect(preview.because).toEqual([
      expect.stringMatching(/enc\.weight.*→.*the side that it is bound to$/),
    ]);
    await expect(run()).rejects.toMatchObject({ data: { because: preview.because } });
    expect((await run({ accept: true })).is).toBe('merged');
  });

  test('allow on a test of both what the worse side gives', async () => {
    const { run, addTest, x, y } = await family({ 'enc.weight': -1 }, { 'headB.weight': 1 });
    await addTest('enc.weight', [x, y]);
    expect((await run()).preview).toMatchObject({ accepted: true });
  });

  test('are run in the automatic case too', async () => {
    const { run, addTest, y } = await family({ 'headA.weight': -1 }, { 'headB.weight': 1 });
    await addTest('headA.weight', [y]);
    await expect(run()).rejects.toMatchObject({ code: 'merge-conflict' });
  });
});

/** The two-headed network with one more layer before the second head. */
function deeper(): Network {
  const plain = twoHeadNetwork();
  const to = modelBuilder('two heads', 9);
  const x = to.input('input', 'f32', ['batch', 4]);
  const emb = to.node('Relu', [linear(to, x, 'emb', 4, 4)]);
  const enc = to.node('Relu', [linear(to, emb, 'enc', 4, 4)]);
  const headA = to.node('Identity', [linear(to, enc, 'headA', 4, 2)]);
  const extra = to.node('Relu', [linear(to, enc, 'extra', 4, 4)]);
  const network = to.finish(linear(to, extra, 'headB', 4, 3), 'b', ['batch', 3]);
  return {
    ...network,
    outputs: [...network.outputs, { name: headA, dtype: 'f32', shape: ['batch', 2] }],
    initializers: new Map([...network.initializers, ...plain.initializers]),
  };
}

describe('the structure of a merge', () => {
  test('is that of the side that added a layer, whichever side it is', async () => {
    const bench = await mergeBench();
    const base = await bench.version('base', bench.base);
    const grown = await bench.version('grown', deeper(), [base]);
    const fixed = await bench.version('fixed', nudged(bench.base, { 'headA.weight': 1 }), [base]);
    const merged = async (x: NodeId, y: NodeId) => {
      const plan = await planMerge(bench.ports, { x, y }, noRun);
      expect(plan.verdict).toBe('automatic');
      return (await mergeModels(bench.ports, { x, y }, noRun)).node;
    };
    const [there, back] = [await merged(grown, fixed), await merged(fixed, grown)];
    for (const node of [there, back]) {
      expect(await bench.values(node, 'extra.weight')).toEqual(await bench.values(grown, 'extra.weight')); // prettier-ignore
      expect(await bench.values(node, 'headA.weight')).toEqual(await bench.values(fixed, 'headA.weight')); // prettier-ignore
    }
  });

  test('of models that are not related needs a base', async () => {
    const { ports, version, base } = await mergeBench();
    const [a, b] = [
      await version('a', base),
      await version('b', nudged(base, { 'enc.weight': 1 })),
    ];
    await expect(planMerge(ports, { x: a, y: b }, noRun)).rejects.toMatchObject({ code: 'merge-refused' }); // prettier-ignore
    const plan = await planMerge(ports, { x: a, y: b, base: a }, noRun);
    expect(plan).toMatchObject({ verdict: 'fast-forward', forward: b, bases: [] });
    expect(plan.warnings.join()).toContain('not a nearest common ancestor');
  });

  test('with two bases takes the nearer one, and lists both', async () => {
    const { ports, version, base } = await mergeBench();
    const far = await version('far', nudged(base, { 'emb.weight': 5, 'enc.weight': 5, 'headA.weight': 5 })); // prettier-ignore
    const near = await version('near', base);
    const x = await version('x', nudged(base, { 'headA.weight': 1 }), [far, near]);
    const y = await version('y', nudged(base, { 'headB.weight': 1 }), [far, near]);
    const plan = await planMerge(ports, { x, y }, noRun);
    expect(plan).toMatchObject({ base: near, bases: [far, near], verdict: 'automatic' });
  });
});
