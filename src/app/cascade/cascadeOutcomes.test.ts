import { describe, expect, test } from 'vitest';
import { perceptron } from '../../compute/training.fixture.ts';
import type { CascadeEvent } from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { connectNodes } from '../../core/lineage/editLineage.ts';
import { parentsOf } from '../../core/lineage/lineage.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import { parentModel } from '../create/parentModel.ts';
import { prepareUse } from '../data/prepareUse.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTest } from '../modelTests/modelTestBench.fixture.ts';
import type { Judge } from '../modelTests/testSubject.ts';
import { editService } from '../service/editService.ts';
import { cascadeBench, diamondBench, short } from './cascadeBench.fixture.ts';
import { cascadeService } from './cascadeService.ts';
import { previewCascade } from './previewCascade.ts';
import { runCascade } from './runCascade.ts';

/** As if models of these names had been found to have 5 weights that are no numbers, and all others none. */
function judgeAgainst(...worse: readonly string[]): Judge {
  return (given, { model }) => {
    const bad = worse.includes(model.node.name);
    const result: TestResult = {
      test: given.id,
      testVersion: 1,
      functionVersion: 1,
      snapshot: model.node.snapshot,
      verdict: 'measured',
      metrics: { nonFinite: bad ? 5 : 0 },
      backend: 'none',
      at: 0,
      ms: 0,
    };
    return Promise.resolve(result);
  };
}

async function gatedBench(...worse: readonly string[]) {
  const bench = await diamondBench();
  await bench.ports.session.commit(() => ({
    kind: 'add-test',
    title: 'A test',
    changes: [{ of: 'test', after: modelTest() }],
  }));
  const ports = { ...bench.ports, judge: judgeAgainst(...worse) };
  const { base, base2 } = bench;
  const order = { order: { old: base, new: base2 } };
  return { ...bench, ports, order };
}

describe('what becomes of the items of a cascade', () => {
  test('a model that is worse on a bound test stays as no version, and stops what is below it', async () => {
    const { ports, order, call, named } = await gatedBench('a@2');
    const report = await runCascade(ports, order, call());
    const states = report.state.plan.items.map(({ id }) => report.state.items[id]?.is);
    expect(states).toEqual(['rejected', 'done', 'blocked', 'blocked']);
    expect(report).toMatchObject({ made: 1, rejected: 1, blocked: 2, finished: true });
    const a2 = await named('a@2');
    expect(a2.tags).toEqual(['rejected']);
    expect(parentsOf(await ports.session.lineage(), a2.id, 'version')).toEqual([]);
    const worse = report.state.comparisons.filter((each) => each.worse);
    expect(worse).toMatchObject([{ name: 'a@2', before: 0, after: 5 }]);
    expect(Object.values(report.state.items)[0]).toMatchObject({
      why: expect.stringMatching(/from 0 to 5/) as string,
    });
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  test('with the gate open all are kept, and the summary says what is worse', async () => {
    const { ports, order, call } = await gatedBench('a@2');
    const report = await runCascade(ports, { ...order, gate: false }, call());
    expect(report).toMatchObject({ made: 4, rejected: 0 });
    expect(report.summary).toMatch(/4 models brought up to date; \d+ test figures compared, 1 worse/); // prettier-ignore
  });

  test('a model that cannot be made fails with the cause, and is tried again by a resume', async () => {
    const { ports, order, call, base2 } = await gatedBench();
    const train = ports.compute.train.bind(ports.compute);
    let broken = true;
    ports.compute.train = (job, ...rest) => {
      const fails = broken && job.settings.seed === 2;
      return fails ? Promise.reject(new Error('no luck')) : train(job, ...rest);
    };
    const report = await runCascade(ports, order, call());
    expect(report).toMatchObject({ made: 1, failed: 1, blocked: 2, finished: false });
    expect(Object.values(report.state.items)[1]).toMatchObject({ is: 'failed', why: 'no luck' });
    expect((await ports.session.lineage()).nodes.has(base2)).toBe(true);
    broken = false;
    const service = cascadeService(ports);
    const [pending] = await service.pendingCascades();
    expect(pending).toMatchObject({ done: 1, total: 4 });
    const again = await service.resumeCascade(pending?.id ?? '', undefined, call().run, () => undefined); // prettier-ignore
    expect(again).toMatchObject({ made: 4, failed: 0, finished: true });
  });

  test('a budget ends it before the next item, and it can go on or be discarded', async () => {
    const { ports, order, call, nodes } = await gatedBench();
    const before = (await nodes()).length;
    const report = await runCascade(ports, { ...order, budget: { bytes: 1 } }, call());
    const states = report.state.plan.items.map(({ id }) => report.state.items[id]?.is);
    expect(states).toEqual(['done', 'over-budget', 'over-budget', 'over-budget']);
    const service = cascadeService(ports);
    expect((await service.pendingCascades()).length).toBe(1);
    const next = await service.resumeCascade(report.state.id, undefined, call().run, () => undefined); // prettier-ignore
    expect(next.made).toBe(2);
    await service.discardCascade(report.state.id);
    expect(await service.pendingCascades()).toEqual([]);
    expect((await nodes()).length).toBe(before + 2);
    await expect(service.discardCascade(report.state.id)).rejects.toMatchObject({ code: 'cascade-missing' }); // prettier-ignore
  });

  test('cancelled, it keeps what is done and goes on later', async () => {
    const { ports, order, call } = await gatedBench();
    const controller = new AbortController();
    const seen = (event: CascadeEvent) => {
      if (event.is === 'state' && Object.values(event.state.items)[1]?.is === 'running')
        controller.abort();
    };
    await expect(
      runCascade(ports, order, call({ signal: controller.signal }, seen)),
    ).rejects.toMatchObject({ name: 'AbortError' });
    const service = cascadeService(ports);
    const [pending] = await service.pendingCascades();
    expect(pending).toMatchObject({ done: 1 });
    const report = await service.resumeCascade(pending?.id ?? '', undefined, call().run, () => undefined); // prettier-ignore
    expect(report).toMatchObject({ made: 4, finished: true });
  });

  test('paused, it waits before the next item until it is to go on', async () => {
    const { ports, order, call } = await gatedBench();
    const service = cascadeService(ports);
    let paused = false;
    const running = service.runCascade(order, call().run, (event) => {
      if (event.is !== 'state' || paused) return;
      paused = true;
      void service.pauseCascade(event.state.id).catch(() => {
        paused = false;
      });
    });
    let settled = false;
    void running.then(() => {
      settled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([paused, settled]).toEqual([true, false]);
    const [pending] = await ports.log.pendingImports();
    await service.continueCascade(pending?.id ?? '');
    expect(await running).toMatchObject({ made: 4 });
  });

  test('models made of it that are gone make it unfit to go on', async () => {
    const { ports, order, call } = await gatedBench();
    const report = await runCascade(ports, { ...order, budget: { bytes: 1 } }, call());
    await editService(ports).undo();
    const service = cascadeService(ports);
    expect(await service.pendingCascades()).toMatchObject([
      { unfit: 'a@2, which it made, is not there any more' },
    ]);
    await expect(service.resumeCascade(report.state.id, undefined, call().run, () => undefined)).rejects.toMatchObject({ code: 'cascade-unfit' }); // prettier-ignore
  });
});

describe('a model that cannot be made again', () => {
  test('is transplanted by choice: what it learnt is put on the new parent', async () => {
    const bench = await cascadeBench();
    const { base, points, made, call, ports, importNetwork } = bench;
    const child = await importNetwork('imported', perceptron(16, 5));
    await ports.session.commit((now) =>
      connectNodes(now, { kind: 'provenance', from: base, to: child, grade: 'declared' }),
    );
    const below = await made({ function: 'prune', parents: [child], name: 'below' });
    const next = await made({ function: 'finetune', parents: [base], data: [points], arguments: short, asVersion: true }); // prettier-ignore
    const order = { old: base, new: next };
    const plan = await previewCascade(ports, order);
    expect(plan.items).toEqual([]);
    expect(plan.kept).toMatchObject([
      { node: child, is: 'not-replayable', why: 'it has no recipe' },
      { node: below, is: 'unchanged', by: child },
    ]);
    await expect(runCascade(ports, { order }, call())).rejects.toMatchObject({ code: 'cascade-unfit' }); // prettier-ignore
    const choices = { [child]: { is: 'transplant' } } as const;
    const report = await runCascade(ports, { order: { ...order, choices } }, call());
    expect(report).toMatchObject({ made: 2, finished: true });
    const { names, nodes } = await ports.session.lineage();
    const id = names.get('imported@2') ?? base;
    expect(parentsOf(await ports.session.lineage(), id, 'provenance')).toEqual([next]);
    expect(parentsOf(await ports.session.lineage(), id, 'version')).toEqual([child]);
    expect(nodes.get(id)?.recipe).toMatchObject({ function: 'transplant' });
    const valuesOf = async (node: NodeId) => {
      const model = await parentModel(ports, node, noRun);
      const weights = await model.values(model.tensors.map(({ name }) => name));
      return [...weights.values()].flatMap((value) => [...numbersOf(value)]);
    };
    const [is, was, from, to] = [await valuesOf(id), await valuesOf(child), await valuesOf(base), await valuesOf(next)]; // prettier-ignore
    for (const [i, value] of is.entries())
      expect(value).toBeCloseTo((to[i] ?? 0) + (was[i] ?? 0) - (from[i] ?? 0), 5);
  });
});

describe('a federated lineage', () => {
  test('is re-run from a corrected client: its average, then the next round', async () => {
    const { base, points, create, made, call, ports } = await cascadeBench();
    const round = (parent: NodeId) =>
      create({ function: 'federated-round', parents: [parent], data: [points], device: 'wasm', arguments: { ...short, clients: 3 } }); // prettier-ignore
    const first = (await round(base)).models.map(({ id }) => id);
    const [one, two, three, average] = first as [NodeId, NodeId, NodeId, NodeId];
    const second = (await round(average)).models.map(({ id }) => id);
    const fixed = await made({ function: 'finetune', parents: [two], data: [points], arguments: short, asVersion: true, name: 'fixed' }); // prettier-ignore
    const report = await runCascade(ports, { order: { old: two, new: fixed } }, call());
    expect(report).toMatchObject({ made: 5, finished: true });
    const lineage = await ports.session.lineage();
    const nodeOf = (id: NodeId | undefined) => {
      const node = id && lineage.nodes.get(id);
      if (!node) throw new Error('no such model');
      return node;
    };
    const [again = [], clients = []] = report.state.plan.items.map(({ id }) => {
      const state = report.state.items[id];
      return state?.is === 'done' ? state.models : [];
    });
    const { id: corrected, recipe } = nodeOf(again[0]);
    expect(recipe).toMatchObject({ function: 'linear-average' });
    expect(recipe?.parents.map(({ node }) => node)).toEqual([one, fixed, three]);
    const counts = recipe?.arguments.weights as readonly number[];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(40);
    const edges = [...(lineage.incoming.get(corrected) ?? [])];
    const roles = edges.filter(({ kind }) => kind === 'provenance').map(({ role }) => role);
    expect(roles).toEqual(['federated-client', 'federated-client', 'federated-client']);
    const olds = report.state.plan.items[1]?.models.map(({ node }) => node) ?? [];
    expect([...olds].sort()).toEqual([...second].sort());
    const partOf = (id: NodeId) => nodeOf(id).recipe?.part;
    expect(clients.map(partOf)).toEqual(olds.map(partOf));
    const beginnings = clients.flatMap((id) => nodeOf(id).recipe?.parents ?? []);
    expect(beginnings.map(({ node }) => node)).toEqual(clients.map(() => corrected));
  });

  test('an average made again from its own clients is the same, bit for bit', async () => {
    const { base, points, create, ports } = await cascadeBench();
    const { models } = await create({ function: 'federated-round', parents: [base], data: [points], device: 'wasm', arguments: { ...short, clients: 3, split: 'classes', classesPerClient: 1 } }); // prettier-ignore
    const { nodes } = await ports.session.lineage();
    const [a, b, c, average] = models.map(({ id }) => nodes.get(id));
    const recipe = average?.recipe;
    const follows = ports.functionOf('federated-round').partFromParents;
    if (!a || !b || !c || !recipe || !follows) throw new Error('no round');
    const order = await follows.order(recipe, ['client 1', 'client 2', 'client 3'], (use) =>
      prepareUse(ports, use, noRun),
    );
    const again = await create({ ...order, parents: [a.id, b.id, c.id] });
    const valuesOf = async (id: NodeId) => {
      const model = await parentModel(ports, id, noRun);
      return model.values(model.tensors.map(({ name }) => name));
    };
    expect(await valuesOf(again.models[0]?.id ?? a.id)).toEqual(await valuesOf(average.id));
  });
});
