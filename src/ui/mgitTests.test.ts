import { describe, expect, it } from 'vitest';
import type { GraphData } from '../core/lineage/graph.ts';
import type { NodeResult, TestOrder, TestRunOrder } from '../core/testViews.ts';
import type { LineageApi } from '../rpc/api.ts';
import { testCalls } from './mgitTests.ts';

const graph = {
  nodes: [{ id: 'n1', name: 'lenet' }],
  datasets: [{ id: 'd1', name: 'digits', snapshot: 's1', reading: { is: 'idx' } }],
  tests: [{ id: 't1', name: 'dusk' }],
} as unknown as GraphData;

function calls() {
  const asked: unknown[] = [];
  const lineage = {
    graph: () => Promise.resolve(graph),
    saveTest: (order: TestOrder) => {
      asked.push(order);
      return Promise.resolve('t2');
    },
    runTests: (
      order: TestRunOrder,
      _signal: unknown,
      _progress: unknown,
      onResult: (result: NodeResult) => void,
    ) => {
      asked.push(order);
      onResult({ verdict: 'pass' } as NodeResult);
      return Promise.resolve({ ran: 1 });
    },
  } as unknown as LineageApi;
  return { asked, mgit: testCalls(lineage) };
}

describe('testCalls', () => {
  it('takes models, data sets and tests by name', async () => {
    const { asked, mgit } = calls();
    const bindings = [{ is: 'node', node: 'lenet' as never, descendants: true }] as const;
    await mgit.saveTest({ id: 'dusk', name: 'dusk', function: 'health', data: 'digits', bindings });
    expect(asked).toEqual([
      {
        id: 't1',
        name: 'dusk',
        function: 'health',
        data: { dataset: 's1', name: 'digits', reading: { is: 'idx' } },
        bindings: [{ is: 'node', node: 'n1', descendants: true }],
      },
    ]);
  });

  it('runs tests and gives their results with the report', async () => {
    const { asked, mgit } = calls();
    const heard: string[] = [];
    const onResult = ({ verdict }: NodeResult) => heard.push(verdict);
    const report = await mgit.test('lenet', ['dusk'], { again: true, onResult });
    expect(asked).toEqual([{ nodes: ['n1'], tests: ['t1'], again: true }]);
    expect(report).toEqual({ ran: 1, results: [{ verdict: 'pass' }] });
    expect(heard).toEqual(['pass']);
  });

  it('says which name is none', async () => {
    const { mgit } = calls();
    await expect(mgit.test('lenet', ['dawn'])).rejects.toMatchObject({ code: 'test-missing' });
    await expect(mgit.test('alexnet')).rejects.toMatchObject({ code: 'node-missing' });
    await expect(
      mgit.saveTest({ name: 'x', function: 'health', data: 'letters' }),
    ).rejects.toMatchObject({ code: 'dataset-missing' });
  });
});
