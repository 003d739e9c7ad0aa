import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import { LineageError } from '../../core/lineageError.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestId } from '../../core/ids.ts';
import type { BisectOrder, BisectReport, SearchState } from '../../core/searchViews.ts';
import type { TestBoard } from '../../core/testViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import SearchPanel from './SearchPanel.svelte';

const accuracy: ModelTest = {
  id: 'test-1' as TestId,
  name: 'Accuracy',
  version: 1,
  function: 'classification',
  functionVersion: 1,
  arguments: {},
  bindings: [{ is: 'all' }],
  success: [{ metric: 'accuracy', is: 'at-least', value: 0.9 }],
  tolerances: {},
  notes: '',
  createdAt: 0,
};

const board: TestBoard = {
  results: [
    {
      node: nodeId(3),
      test: accuracy.id,
      testVersion: 1,
      functionVersion: 1,
      snapshot: '' as never,
      verdict: 'fail',
      metrics: { accuracy: 0.41 },
      backend: 'wasm',
      at: 0,
      ms: 1,
    },
  ],
  stale: [],
  findings: [],
  metrics: {
    [accuracy.id]: [
      { name: 'accuracy', title: 'Accuracy', direction: 'max', tolerance: { is: 'absolute', value: 0.01 }, unit: 'share' },
    ],
  },
}; // prettier-ignore

const report: BisectReport = {
  first: [{ node: nodeId(1), parents: [{ node: nodeId(0), kind: 'provenance', verdict: 'good' }] }],
  tests: 3,
  tested: [],
  summary: 'Introduced in resnet20-device-a; 3 tests of 3 models.',
  notes: ['It rests on this.'],
};

const under = (): SearchState => ({
  known: [{ node: nodeId(3), verdict: 'bad', tested: true }],
  candidates: [nodeId(1), nodeId(0)],
  next: nodeId(1),
  tests: 1,
  left: 2,
});

async function open(overrides: Partial<LineageApi> = {}, tests = [accuracy]) {
  const session = await openSession(
    { ...sampleGraph(), tests },
    { testBoard: () => Promise.resolve(board), ...overrides },
  );
  session.openSide({ is: 'search', node: nodeId(3) });
  const side = { is: 'search', node: nodeId(3) } as const;
  const { unmount } = render(SearchPanel, { session, side });
  return { session, unmount };
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

beforeAll(() => {
  Element.prototype.scrollIntoView = () => undefined;
});

describe('the panel that finds a fault', () => {
  it('says what will be tested, by what, and what the model has now', async () => {
    await open();
    expect(screen.getByText('Good means: Accuracy at least 90 %.')).toBeTruthy();
    expect(await screen.findByText('resnet20-device-a-v2 fails: Accuracy 41 %.')).toBeTruthy();
    expect(screen.getByText('At most 3 tests of 3 models.')).toBeTruthy();
  });

  it('shows the search live, on the graph too, then what it found, and asks on from there', async () => {
    let asked: BisectOrder | undefined;
    const finished: (() => void)[] = [];
    const { session, unmount } = await open({
      bisect: (order, _signal, _progress, onState) => {
        asked = order;
        onState(under());
        return new Promise((resolve) => {
          finished.push(() => {
            resolve(report);
          });
        });
      },
    });
    await press('Find where');
    expect(await screen.findByRole('region', { name: 'Search under way' })).toBeTruthy();
    expect(screen.getByText(/1 test so far, at most 2 more; 2 candidates left/)).toBeTruthy();
    expect(asked).toMatchObject({ bad: nodeId(3), test: accuracy.id });
    await waitFor(() => {
      expect(session.marks.get(nodeId(1))?.tone).toBe('next');
    });
    expect(session.marks.get(nodeId(0))?.tone).toBe('candidate');
    // One search at a time: the form waits.
    expect(screen.queryByRole('button', { name: 'Find where' })).toBeNull();

    for (const finish of finished) finish();
    expect(await screen.findByText(report.summary)).toBeTruthy();
    expect(session.marks.get(nodeId(1))?.label).toBe('the fault came in here');
    const parents = screen.getByRole('list', { name: 'Parents of resnet20-device-a' });
    expect(within(parents).getByText('resnet20-base')).toBeTruthy();
    await press('Compare with parent');
    expect(session.work).toEqual({ is: 'diff', a: nodeId(0), b: nodeId(1) });

    await press('Which layers?');
    const donor = screen.getByRole('region', { name: 'Good model to take values from' });
    expect(within(donor).getByRole('button', { name: 'resnet20-base' })).toBeTruthy();

    // It stays when the panel is closed and opened again.
    unmount();
    render(SearchPanel, { session, side: { is: 'search' } });
    expect(screen.getByText(report.summary)).toBeTruthy();
  });

  it('cancels, and says what is kept', async () => {
    await open({
      bisect: (_order, signal, _progress, onState) => {
        onState(under());
        return new Promise((_, reject) => {
          (signal as AbortSignal).addEventListener('abort', () => {
            reject(new DOMException('stopped', 'AbortError'));
          });
        });
      },
    });
    await press('Find where');
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText(/Cancelled after 1 test/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Find where' })).toBeTruthy();
  });

  it('says in words why there is nothing to search', async () => {
    const reason = 'resnet20-device-a-v2 passes the test Accuracy';
    await open({ bisect: () => Promise.reject(new LineageError('search-unfit', { reason })) });
    await press('Find where');
    expect((await screen.findByRole('alert')).textContent).toContain(reason);
  });

  it('searches by another bound than the test’s own', async () => {
    let asked: BisectOrder | undefined;
    await open({
      bisect: (order) => {
        asked = order;
        return Promise.resolve(report);
      },
    });
    await fireEvent.click(await screen.findByRole('checkbox', { name: /Another bound/ }));
    expect(screen.getByText('The bad model has 41 %.')).toBeTruthy();
    const value = screen.getByRole('spinbutton', { name: 'Value in per cent' });
    await fireEvent.change(value, { target: { value: '50' } });
    await press('Find where');
    await waitFor(() => {
      expect(asked?.success).toEqual([{ metric: 'accuracy', is: 'at-least', value: 0.5 }]);
    });
  });

  it('offers a test that fits where there is none, and waits for one', async () => {
    const made: unknown[] = [];
    await open(
      {
        saveTest: (order) => {
          made.push(order);
          return Promise.resolve(accuracy.id);
        },
      },
      [],
    );
    expect(screen.getByRole('button', { name: 'Find where' })).toHaveProperty('disabled', true);
    await press('Healthy weights');
    expect(made).toMatchObject([{ name: 'Healthy weights', function: 'health' }]);
  });

  it('lists models that meet a condition, and shows only these on the graph', async () => {
    const { session } = await open();
    await fireEvent.click(screen.getByRole('radio', { name: 'Show models that…' }));
    await fireEvent.change(screen.getByRole('combobox', { name: 'Go' }), {
      target: { value: 'up' },
    });
    expect(await screen.findByText('3 models')).toBeTruthy();
    const keep = screen.getByRole('group', { name: 'Show those that' });
    await fireEvent.click(within(keep).getByRole('button', { name: 'Add a condition' }));
    await fireEvent.change(within(keep).getByRole('combobox', { name: 'Question' }), {
      target: { value: 'do name' },
    });
    await fireEvent.input(within(keep).getByRole('textbox', { name: 'Value' }), {
      target: { value: '*-base' },
    });
    expect(await screen.findByText('1 model')).toBeTruthy();
    await press('Show only these on the graph');
    expect(session.only).toEqual({
      label: 'resnet20-device-a-v2 and its ancestors that are named *-base',
      nodes: [nodeId(0)],
    });
  });
});
