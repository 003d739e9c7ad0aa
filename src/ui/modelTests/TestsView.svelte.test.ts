import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { modelNode, nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import { boardOf, reads, resultOf, testedGraph, testingApi } from './tested.fixture.ts';
import TestsView from './TestsView.svelte';

const regression: TestBoard['findings'][number] = {
  is: 'regression',
  node: nodeId(1),
  parent: nodeId(0),
  test: reads.id,
  metric: 'accuracy',
  before: 0.95,
  after: 0.8,
};

async function open(board: TestBoard, overrides: Partial<LineageApi> = {}, graph = testedGraph()) {
  const session = await openSession(graph, { ...testingApi(() => board), ...overrides });
  await expect.poll(() => session.board !== undefined || graph.tests.length === 0).toBe(true);
  render(TestsView, { session, work: { is: 'tests' } });
  return session;
}

const cell = (name: string) =>
  screen.getByRole('button', { name: new RegExp(`^Reads on ${name}:`) });

describe('the view of tests', () => {
  it('says of each model how it stands, and what got worse than its parent', async () => {
    await open(boardOf([resultOf(0, 0.95), resultOf(1, 0.8)], [nodeId(2)], [regression]));
    expect(cell('resnet20-base').textContent).toContain('passes, Accuracy 95 %');
    expect(cell('resnet20-device-a').textContent).toContain('−15 points');
    expect(cell('resnet20-device-b').textContent).toContain('not run');
    expect(screen.getByRole('region', { name: 'Findings' }).textContent).toContain('1 regression');
    await fireEvent.click(cell('resnet20-device-a'));
    const detail = screen.getByRole('region', { name: 'Reads on resnet20-device-a' });
    expect(detail.textContent).toMatch(/✗\s+at least\s+90 %/);
    expect(within(detail).getByRole('cell', { name: /−15 points ▼ worse/ })).toBeTruthy();
  });

  it('draws the rows in sight of a thousand models', async () => {
    const nodes = Array.from({ length: 1000 }, (_, i) => modelNode(i, `m${i}`));
    await open(
      boardOf(
        [],
        nodes.map(({ id }) => id),
      ),
      {},
      { ...testedGraph(), nodes, edges: [] },
    );
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('1001');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
    expect(screen.getByRole('button', { name: 'Run 1000 stale' })).toBeTruthy();
  });

  it('fills cells as results come, and keeps them when the run is stopped', async () => {
    let tell: (result: NodeResult) => void = () => undefined;
    const known = [resultOf(0, 0.95)];
    let board = boardOf(known, [nodeId(1), nodeId(2)]);
    const session = await open(board, {
      testBoard: () => Promise.resolve(board),
      runTests: (_order, signal, _progress, onResult) =>
        new Promise((_done, fail) => {
          tell = onResult;
          (signal as AbortSignal).addEventListener('abort', () => {
            fail(new DOMException('', 'AbortError'));
          });
        }),
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Run 2 stale' }));
    const stop = await screen.findByRole('button', { name: 'Stop' });
    tell(resultOf(1, 0.99));
    await expect.poll(() => cell('resnet20-device-a').textContent).toContain('passes');
    expect(cell('resnet20-device-b').textContent).toContain('not run');
    board = boardOf([...known, resultOf(1, 0.99)], [nodeId(2)]);
    await fireEvent.click(stop);
    expect(await screen.findByRole('button', { name: 'Run 1 stale' })).toBeTruthy();
    expect(session.toasts.list).toEqual([]);
  });

  it('shows what was known of an edited test as old', async () => {
    let board = boardOf([resultOf(0, 0.95)]);
    const session = await open(board, { testBoard: () => Promise.resolve(board) });
    board = boardOf([], [nodeId(0)]);
    await session.refresh();
    await expect.poll(() => cell('resnet20-base').textContent).toContain('not run, 95 % before');
  });

  it('teaches by tests that fit, each added and run by one click', async () => {
    const tests: ModelTest[] = [];
    const graph = testedGraph(tests);
    const ran: unknown[] = [];
    await open(boardOf([], [nodeId(0)]), {
      graph: () => Promise.resolve({ ...graph, tests: [...tests] }),
      saveTest: (order) => {
        tests.push({ ...reads, name: order.name });
        return Promise.resolve(reads.id);
      },
      runTests: (order) => {
        ran.push(order);
        return Promise.resolve({ ran: 1, cached: 0, failed: 0, errors: 0, ms: 1, findings: [] });
      },
    }, graph); // prettier-ignore
    await fireEvent.click(screen.getByRole('button', { name: /^Health of the weights/ }));
    await expect.poll(() => ran).toEqual([{ nodes: [nodeId(0)] }]);
    expect(tests.map(({ name }) => name)).toEqual(['Health of the weights']);
  });
});
