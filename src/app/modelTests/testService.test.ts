import { describe, expect, it } from 'vitest';
import { perceptron } from '../../compute/training.fixture.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import { literal } from '../../core/network/literal.ts';
import type { NodeResult, TestOrder } from '../../core/testViews.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { undoOperation } from '../undoOperation.ts';
import { modelTestBench } from './modelTestBench.fixture.ts';
import { TestMemory } from './testMemory.ts';
import { testService } from './testService.ts';

async function serviceBench() {
  const bench = await modelTestBench();
  const service = testService(bench.ports);
  const { dataset, name, reading } = bench.data;
  const order: TestOrder = {
    name: 'points',
    function: 'classification',
    data: { dataset, name, reading, part: 'all' },
    bindings: [{ is: 'node', node: bench.base, descendants: true }],
  };
  const results: NodeResult[] = [];
  const run = (nodes: readonly NodeId[], tests?: readonly TestId[]) =>
    service.run({ nodes, ...(tests === undefined ? {} : { tests }) }, noRun, (each) =>
      results.push(each),
    );
  const child = async (from: NodeId, bias: readonly number[], title = 'child') => {
    const network = perceptron();
    const initializers = new Map([...network.initializers, ['b2', literal('f32', [3], bias)]]);
    const id = await bench.importNetwork(title, { ...network, initializers });
    await bench.ports.session.commit(() => ({
      kind: 'connect',
      title: 'edge',
      changes: [{ of: 'edge', after: { kind: 'provenance', from, to: id, grade: 'declared' } }],
    }));
    return id;
  };
  return { ...bench, service, order, results, run, child };
}

describe('testService', () => {
  it('runs what is stale, on models below too, and shows a regression', async () => {
    const { service, order, run, child, base, results } = await serviceBench();
    const test = await service.save(order);
    const worse = await child(base, [100, 0, 0]);
    const stranger = (await service.board()).stale;
    expect(stranger).toHaveLength(2);
    const report = await run([worse, base]);
    expect(report).toMatchObject({ ran: 2, cached: 0, errors: 0 });
    expect(results.map(({ node }) => node).sort()).toEqual([base, worse].sort());
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        is: 'regression',
        node: worse,
        parent: base,
        test,
        metric: 'loss',
      }),
    );
    expect(await run([worse, base])).toMatchObject({ ran: 0, cached: 2 });
    const board = await service.board();
    expect(board.stale).toEqual([]);
    expect(board.results).toHaveLength(2);
    expect(board.metrics[test]?.map(({ name }) => name)).toContain('accuracy');
  });

  it('tells who shows results that there are new ones, and only then', async () => {
    const { service, order, run, base, ports } = await serviceBench();
    await service.save(order);
    const told: string[] = [];
    ports.session.subscribe((what) => told.push(what));
    await run([base]);
    expect(told).toEqual(['results']);
    await run([base]);
    expect(told).toEqual(['results']);
  });

  it('tries a test as it is written, and keeps neither it nor its result', async () => {
    const { service, order, base, ports } = await serviceBench();
    const tried = await service.try(order, base, noRun);
    expect(tried).toMatchObject({ node: base, verdict: 'measured' });
    expect(tried.metrics['accuracy']).toBeGreaterThanOrEqual(0);
    expect((await ports.session.lineage()).tests.size).toBe(0);
    // Were its result kept, the same test would have a current one once it is saved.
    const test = await service.save(order);
    expect((await service.board()).stale).toEqual([{ node: base, test }]);
    await expect(
      service.try({ ...order, success: [{ metric: 'no', is: 'equal', value: 1 }] }, base, noRun),
    ).rejects.toMatchObject({ code: 'test-invalid' });
  });

  it('shows an edited test as stale until the edit is undone, and keeps results over a reload', async () => {
    const { service, order, run, base, ports } = await serviceBench();
    const id = await service.save(order);
    await run([base]);
    const before = (await service.board()).results;
    await service.save({ ...order, id, arguments: { topK: 2 } });
    expect(await service.board()).toMatchObject({ results: [], stale: [{ node: base, test: id }] });
    await undoOperation(ports.session, ports.log, 'undo');
    expect((await service.board()).results).toEqual(before);
    // Another edit has the same number of version as the one undone, and is not taken for it.
    await service.save({ ...order, id, arguments: { topK: 3 } });
    expect((await service.board()).stale).toHaveLength(1);
    await undoOperation(ports.session, ports.log, 'undo');
    const reloaded = testService({ ...ports, tested: new TestMemory() });
    expect((await reloaded.board()).results).toEqual(before);
    // Rules judge what is measured already.
    await service.save({
      ...order,
      id,
      success: [{ metric: 'accuracy', is: 'at-least', value: 2 }],
    });
    expect((await service.board()).results[0]?.verdict).toBe('fail');
  });

  it('refuses what cannot be a test, naming the field', async () => {
    const { service, order } = await serviceBench();
    await service.save(order);
    await expect(service.save(order)).rejects.toMatchObject({ code: 'name-taken' });
    const bad: readonly [Partial<TestOrder>, string][] = [
      [{ arguments: { topK: 0 } }, 'arguments.topK'],
      [{ arguments: { other: 1 } }, 'arguments.other'],
      [{ success: [{ metric: 'mae', is: 'at-most', value: 1 }] }, 'success'],
      [{ success: [{ metric: 'loss', is: 'at-most', value: NaN }] }, 'success'],
      [{ tolerances: { loss: { is: 'absolute', value: -1 } } }, 'tolerances'],
      [{ bindings: [{ is: 'name', pattern: '' }] }, 'bindings'],
      [{ function: 'size' }, 'data'],
      [{ data: { ...(order.data as NonNullable<TestOrder['data']>), where: { column: 'gone', values: ['a'] } } }, 'data.where'],
      [{ function: 'examples', data: undefined as never, arguments: { examples: '[]' } }, 'arguments.examples'],
      [{ function: 'script', arguments: { metrics: 'what ever' } }, 'arguments.metrics'],
    ]; // prettier-ignore
    for (const [at, [change, field]] of bad.entries())
      await expect(
        service.save({ ...order, name: `bad ${at}`, ...change }),
        JSON.stringify(change),
      ).rejects.toMatchObject({ code: 'test-invalid', data: { field } });
    const dataless = { name: 'none', function: order.function, bindings: [] };
    await expect(service.save(dataless)).rejects.toMatchObject({
      code: 'test-invalid',
      data: { field: 'data' },
    });
    const gone = { is: 'node', node: 'gone' as NodeId, descendants: false } as const;
    await expect(
      service.save({ ...order, name: 'unbound', bindings: [gone] }),
    ).rejects.toMatchObject({ code: 'node-missing' });
  });

  it('runs a named test on a model that it is not bound to, and exports it', async () => {
    const { service, order, run, importNetwork } = await serviceBench();
    const id = await service.save(order);
    const other = await importNetwork('other', perceptron(8));
    expect(await service.testsOf(other)).toEqual([]);
    expect(await run([other])).toMatchObject({ ran: 0 });
    expect(await run([other], [id])).toMatchObject({ ran: 1, errors: 0 });
    const csv = await service.export('csv', [other]);
    expect(csv).toMatch(/^model,test,/);
    expect(csv.split('\r\n').filter((line) => line.startsWith('other,points,'))).toHaveLength(8);
    await service.remove(id);
    expect(await service.export('csv', undefined)).not.toMatch(/points/);
    await expect(run([other], [id])).rejects.toMatchObject({ code: 'test-missing' });
  });

  it('stops between two tests and keeps what was measured', async () => {
    const { service, order, base, child, ports } = await serviceBench();
    await service.save(order);
    const below = await child(base, [0, 0, 0], 'below');
    const controller = new AbortController();
    await expect(
      service.run({ nodes: [base, below] }, { signal: controller.signal }, () => {
        controller.abort();
      }),
    ).rejects.toThrow(/abort/i);
    expect((await service.board()).results).toHaveLength(1);
    expect((await ports.session.lineage()).tests.size).toBe(1);
  });
});
