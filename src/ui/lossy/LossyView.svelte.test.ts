import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { LossyOrder, LossyPreviewOrder, LossyReport } from '../../core/lossyViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import Dialogs from '../dialogs/Dialogs.svelte';
import { sampleGraph } from '../lineage.fixture.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { testedGraph } from '../modelTests/tested.fixture.ts';
import { openSession } from '../session.fixture.ts';
import { lossyCurves, lossyPoint, lossyReceipt } from './lossy.fixture.ts';
import LossyView from './LossyView.svelte';

async function open(graph: GraphData, more: Partial<LineageApi> = {}) {
  const asked: LossyPreviewOrder[] = [];
  const made: LossyOrder[] = [];
  const session = await openSession(graph, {
    previewLossy: (order) => {
      asked.push(order);
      return Promise.resolve(lossyCurves(order));
    },
    makeLossy: (order) => {
      made.push(order);
      return Promise.resolve({ results: [], storedBytes: 0 });
    },
    ...more,
  });
  const work = { is: 'lossy', nodes: [nodeId(1)] } as const;
  session.openWork(work);
  render(LossyView, { session, work });
  render(Dialogs, { session });
  await screen.findByRole('radio', { name: '0.03' });
  return { session, asked, made };
}

const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const make = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Make 1 lossy model/ });

async function decide(): Promise<void> {
  await fireEvent.click(make());
  await fireEvent.click(await screen.findByRole('button', { name: 'Make it' }));
}

describe('the view that shrinks models with loss', () => {
  it('finds sizes by itself, runs tests when asked, and proposes the most that passes', async () => {
    const { asked } = await open(testedGraph());
    expect(asked.map(({ tests, options }) => [tests, options.length])).toEqual([[false, 5]]);
    expect(
      screen.getByRole('row', { name: /^0.03 30.0 kB 750 B 40.0× lossy not run/ }),
    ).toBeTruthy();
    await click('Run the tests at each ε');
    await screen.findByRole('row', { name: /^0.1 .*within tolerance/ });
    expect(screen.getByRole('row', { name: /^0.3 .*1 worse/ })).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: '0.1' }).checked).toBe(true);
    const detail = screen.getByRole('region', { name: 'At ε 0.1' });
    expect(within(detail).getByRole('row', { name: /^Accuracy .*ok/ })).toBeTruthy();
    expect(within(detail).getByText('1 tensor stays exact')).toBeTruthy();
  });

  it('asks only for an ε that is added, and refuses one that is none', async () => {
    const { asked } = await open(testedGraph());
    const field = screen.getByRole('textbox', { name: 'Another ε' });
    await fireEvent.input(field, { target: { value: 'much' } });
    await click('Add');
    expect(screen.getByRole('alert').textContent).toContain('a number above 0');
    await fireEvent.input(field, { target: { value: '0,05' } });
    await click('Add');
    const added = await screen.findByRole<HTMLInputElement>('radio', { name: '0.05' });
    expect(asked.at(-1)?.options).toEqual([{ quantiser: 'per tensor', epsilon: 0.05 }]);
    expect(added.checked).toBe(true);
  });

  it('says why nothing can be made without a test, and leads to one', async () => {
    const { session } = await open(sampleGraph());
    expect(screen.getByText(/No test is bound to resnet20-device-a\./)).toBeTruthy();
    expect(make().disabled).toBe(true);
    expect(
      screen.getByText('Add a test for resnet20-device-a first, or leave it out.'),
    ).toBeTruthy();
    await click('Make a test…');
    expect(session.work).toEqual({ is: 'tests', nodes: [nodeId(1)] });
  });

  it('makes nothing before it is confirmed, then as chosen, and links what was made', async () => {
    const receipt = lossyReceipt(nodeId(1), 's');
    const report: LossyReport = {
      results: [{ is: 'made', original: nodeId(1), node: nodeId(3), name: 'lossy', receipt }],
      storedBytes: 812,
    };
    const orders: LossyOrder[] = [];
    const { session } = await open(testedGraph(), {
      makeLossy: (order) => {
        orders.push(order);
        return Promise.resolve(report);
      },
    });
    await fireEvent.click(make());
    const dialog = await screen.findByRole('dialog', { name: 'Make 1 lossy model' });
    expect(dialog.textContent).toContain('kept until you release it');
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(orders).toEqual([]);
    await fireEvent.click(screen.getByRole('radio', { name: /largest smaller ε/ }));
    await decide();
    const results = await screen.findByRole('region', { name: 'What was made' });
    expect(orders).toEqual([
      {
        nodes: [nodeId(1)],
        quantiser: 'per tensor',
        epsilon: 0.03,
        ifWorse: 'smaller',
        refine: false,
      },
    ]);
    expect(results.textContent).toContain('1 lossy model made, 812 B more stored');
    await fireEvent.click(within(results).getByRole('button', { name: 'resnet20-device-a-v2' }));
    expect(session.selection).toEqual([nodeId(3)]);
  });

  it('tells what was rejected with its numbers', async () => {
    await open(testedGraph(), {
      makeLossy: () =>
        Promise.resolve({
          results: [
            {
              is: 'rejected',
              original: nodeId(1),
              name: 'a',
              because: ['Reads: Accuracy 0.97 → 0.94 (tolerance 0.01)'],
              point: lossyPoint({ quantiser: 'per tensor', epsilon: 0.3 }, true),
            },
          ],
          storedBytes: 0,
        }),
    });
    await decide();
    const results = await screen.findByRole('region', { name: 'What was made' });
    expect(results.textContent).toContain('No lossy model made: 1 rejected');
    expect(within(results).getByText(/0.97 → 0.94/)).toBeTruthy();
    expect(within(results).queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('can be stopped, and does not begin again by itself', async () => {
    let asked = 0;
    const session = await openSession(testedGraph(), {
      previewLossy: (_order, signal) => {
        asked += 1;
        return new Promise((_resolve, reject) => {
          (signal as AbortSignal).addEventListener('abort', () => {
            reject(new DOMException('', 'AbortError'));
          });
        });
      },
    });
    const work = { is: 'lossy', nodes: [nodeId(1)] } as const;
    session.openWork(work);
    render(LossyView, { session, work });
    await fireEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    await screen.findByRole('button', { name: 'Find the sizes' });
    await waitFor(() => {
      expect(session.tasks).toEqual([]);
    });
    expect(asked).toBe(1);
  });
});
