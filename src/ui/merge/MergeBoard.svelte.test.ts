import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { LineageError } from '../../core/lineageError.ts';
import type { MergeOrder, MergePlan, MergePreview, MergeReport } from '../../core/mergeViews.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import MergeBoard from './MergeBoard.svelte';
import { mergeLayer, mergePlan, oneSided } from './plan.fixture.ts';

const test = { id: 't', name: 'accuracy of digits' } as unknown as ModelTest;

interface Given {
  readonly plan?: MergePlan;
  readonly tests?: readonly ModelTest[];
  readonly more?: Partial<LineageApi>;
}

async function open({ plan = mergePlan(), tests = [], more = {} }: Given = {}) {
  const orders: MergeOrder[] = [];
  const report: MergeReport = {
    is: 'merged',
    node: nodeId(3),
    name: 'both',
    plan,
    storedBytes: 1200,
    text: 'Merged a and b into both.',
  };
  const session = await openSession(sampleGraph(), {
    planMerge: (x, y, base) =>
      Promise.resolve({ ...plan, x, y, ...(base === undefined ? {} : { base }) }),
    merge: (order) => {
      orders.push(order);
      return Promise.resolve(report);
    },
    testsOf: () => Promise.resolve(tests),
    testBoard: () => Promise.resolve({ results: [], stale: [], findings: [], metrics: {} }),
    ...more,
  });
  session.openWork({ is: 'merge', x: nodeId(1), y: nodeId(2) });
  render(MergeBoard, { session, work: { is: 'merge', x: nodeId(1), y: nodeId(2) } });
  await screen.findByRole('table', { name: 'Layers of the merge' });
  return { session, orders };
}

const merge = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Merge' });
const chooser = (layer: string) =>
  screen.getByRole<HTMLSelectElement>('combobox', { name: `Taken from, for ${layer}` });
const choose = (layer: string, value: string) =>
  fireEvent.change(chooser(layer), { target: { value } });

describe('the merge board', () => {
  it('waits for a choice in a conflict, then merges as chosen, selects the model and closes', async () => {
    const { session, orders } = await open();
    expect(screen.getByText(/One layer was changed by both sides/)).toBeTruthy();
    expect(merge().disabled).toBe(true);
    expect(screen.getByText('Choose for enc first.')).toBeTruthy();
    await choose('enc', 'task-arithmetic');
    const factor = screen.getByRole('spinbutton', { name: /Times Y’s change/ });
    await fireEvent.change(factor, { target: { value: '0.5' } });
    expect(screen.getByText('Every conflict is settled.')).toBeTruthy();
    await fireEvent.input(screen.getByRole('textbox', { name: 'Name' }), { target: { value: 'both' } }); // prettier-ignore
    await waitFor(() => {
      expect(merge().disabled).toBe(false);
    });
    await fireEvent.click(merge());
    await waitFor(() => {
      expect(session.work).toBeUndefined();
    });
    expect(orders).toEqual([
      {
        x: nodeId(1),
        y: nodeId(2),
        base: nodeId(0),
        name: 'both',
        choices: { enc: { is: 'task-arithmetic', a: 1, b: 0.5 } },
      },
    ]);
    expect(session.selection).toEqual([nodeId(3)]);
    expect(session.toasts.list.at(-1)?.text).toContain('Merged a and b');
  });

  it('does not take a number that is out of bounds', async () => {
    await open();
    await choose('enc', 'average');
    const share = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Share of Y, for enc' });
    await fireEvent.change(share, { target: { value: '3' } });
    expect(share.value).toBe('0.5');
  });

  it('settles all conflicts at once, and goes through rows by keys', async () => {
    await open({ plan: mergePlan({ layers: [mergeLayer('a'), mergeLayer('b'), oneSided('c', 'x')] }) }); // prettier-ignore
    await fireEvent.click(screen.getByRole('button', { name: 'Average for all conflicts' }));
    expect([chooser('a').value, chooser('b').value]).toEqual(['average', 'average']);
    const first = screen.getByRole('button', { name: 'a' });
    await fireEvent.keyDown(first, { key: 'y' });
    expect([chooser('a').value, chooser('b').value]).toEqual(['y', 'average']);
    await fireEvent.keyDown(first, { key: 'ArrowDown' });
    await waitFor(() => {
      expect(document.activeElement?.textContent).toBe('b');
    });
    await fireEvent.click(screen.getByRole('button', { name: /^All/ }));
    expect(screen.getByRole('button', { name: 'c' })).toBeTruthy();
  });

  it('asks for a yes where changes may affect each other and no test could tell', async () => {
    const layers = [
      oneSided('enc', 'x', { verdict: 'possible-conflict' }),
      oneSided('head', 'y', { verdict: 'possible-conflict' }),
    ];
    const { orders } = await open({ plan: mergePlan({ layers, verdict: 'possible-conflict' }) });
    const tick = await screen.findByRole('checkbox', { name: 'Accept without tests' });
    expect(merge().disabled).toBe(true);
    await fireEvent.click(tick);
    await fireEvent.click(merge());
    await waitFor(() => {
      expect(orders).toMatchObject([{ accept: true }]);
    });
  });

  it('shows what got worse beside both sides, takes a yes to it, and knows when it is out of date', async () => {
    const node = nodeId(1);
    const result = (value: number, of = node) =>
      ({ test: 't', node: of, verdict: 'measured', metrics: { share: value } }) as never;
    const preview: MergePreview = {
      results: [result(0.5)],
      before: [result(0.9), result(0.8, nodeId(2))],
      findings: [{ is: 'regression', node, parent: nodeId(2), test: test.id, metric: 'share', before: 0.8, after: 0.5 }],
      accepted: false,
      because: ['accuracy of digits: share 0.8 → 0.5, worse than both sides'],
      tests: 1,
    }; // prettier-ignore
    const plan = mergePlan({ layers: [oneSided('a', 'x'), oneSided('b', 'y')], verdict: 'automatic' }); // prettier-ignore
    const { orders } = await open({
      plan,
      tests: [test],
      more: { previewMerge: () => Promise.resolve(preview) },
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'Run 1 test' }));
    const table = within(await screen.findByRole('region', { name: 'Test results' }));
    expect(table.getByText('worse than both')).toBeTruthy();
    expect(table.getAllByRole('cell').map((cell) => cell.textContent.trim()).slice(0, 4)).toEqual(['share', '0.90000', '0.80000', '0.50000']); // prettier-ignore
    const tick = await screen.findByRole('checkbox', { name: /although the tests got worse/ });
    expect(merge().disabled).toBe(true);
    await fireEvent.click(tick);
    expect(merge().disabled).toBe(false);
    await choose('a', 'base');
    expect(screen.getByText(/these numbers are of another merge/)).toBeTruthy();
    expect(screen.queryByRole('checkbox')).toBeNull();
    await fireEvent.click(merge());
    expect(orders[0]?.accept).toBeUndefined();
  });

  it('says which test spoke against a merge, and offers to accept it', async () => {
    const because = ['accuracy of digits: share 0.8 → 0.5, worse than both sides'];
    await open({
      plan: mergePlan({ layers: [oneSided('a', 'x')], verdict: 'automatic' }),
      tests: [test],
      more: {
        merge: () => Promise.reject(new LineageError('merge-conflict', { layers: ['a'], because })),
      },
    });
    await waitFor(() => {
      expect(merge().disabled).toBe(false);
    });
    await fireEvent.click(merge());
    expect((await screen.findByRole('alert')).textContent).toContain('share 0.8 → 0.5');
    expect(screen.getByRole('checkbox', { name: /although the tests got worse/ })).toBeTruthy();
  });

  it('says why models cannot be merged, and what can be done instead', async () => {
    const because = ['x reads text by another vocabulary'];
    const { session } = await open({ plan: mergePlan({ verdict: 'refused', because }) });
    expect(screen.getByText('x reads text by another vocabulary.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Merge' })).toBeNull();
    expect(screen.queryByRole('combobox', { name: /Taken from/ })).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Average them…' }));
    expect(session.dialog).toEqual({
      is: 'create',
      start: { order: { function: 'linear-average', parents: [nodeId(1), nodeId(2)] } },
    });
  });

  it('moves a branch where one side has everything already', async () => {
    const moved: unknown[] = [];
    const plan = mergePlan({ verdict: 'fast-forward', forward: nodeId(2), layers: [oneSided('a', 'y')] }); // prettier-ignore
    const { session } = await open({
      plan,
      more: {
        moveBranch: (...given) => {
          moved.push(given.slice(0, 2));
          return Promise.resolve();
        },
      },
    });
    expect(screen.getByText(/there is nothing to move/)).toBeTruthy();
    session.graph = {
      ...session.graph,
      branches: [{ name: 'main', head: nodeId(1), notes: '', createdAt: 0 }],
    };
    await fireEvent.click(await screen.findByRole('button', { name: /^Move branch main to/ }));
    await waitFor(() => {
      expect(moved).toEqual([['main', nodeId(2)]]);
    });
  });

  it('takes another base where histories cross, and swaps sides with their choices', async () => {
    const plan = mergePlan({ bases: [nodeId(0), nodeId(4)] });
    const { orders } = await open({ plan });
    await fireEvent.change(screen.getByRole('combobox', { name: 'Base' }), {
      target: { value: nodeId(4) },
    });
    await screen.findByRole('table', { name: 'Layers of the merge' });
    await choose('enc', 'x');
    await fireEvent.click(screen.getByRole('button', { name: 'Swap sides' }));
    await waitFor(() => {
      expect(chooser('enc').value).toBe('y');
    });
    await fireEvent.click(merge());
    await waitFor(() => {
      expect(orders).toMatchObject([
        { x: nodeId(2), y: nodeId(1), base: nodeId(4), choices: { enc: { is: 'y' } } },
      ]);
    });
  });
});
