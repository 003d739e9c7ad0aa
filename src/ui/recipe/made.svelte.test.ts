import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { TryInput } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { creationGraph, sampleUse } from '../creation.fixture.ts';
import Dialogs from '../dialogs/Dialogs.svelte';
import Inspector from '../inspector/Inspector.svelte';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import PendingJobs from '../training/PendingJobs.svelte';

async function inspect(ids: readonly NodeId[], overrides: Partial<LineageApi> = {}) {
  const session = await openSession(creationGraph(), overrides);
  session.select(ids);
  render(Inspector, { session });
  render(Dialogs, { session });
  return session;
}

const tab = (name: string) => fireEvent.click(screen.getByRole('tab', { name }));

describe('a made model', () => {
  it('shows its recipe in words, and starts another from its settings', async () => {
    const session = await inspect([nodeId(1)]);
    await tab('Recipe');
    expect(await screen.findByText('AdamW')).toBeTruthy();
    expect(screen.getByText(/image as 8 × 8 grey pixels, divided by 16/)).toBeTruthy();
    expect(screen.getByText('CPU, 2 threads')).toBeTruthy();
    expect(screen.getByText(/Not replayed yet/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /^Make another/ }));
    expect(session.dialog).toMatchObject({
      is: 'create',
      start: { order: { function: 'finetune', parents: [nodeId(0)], seed: 42, device: 'wasm' } },
    });
  });

  it('is replayed with the grade in sight', async () => {
    await inspect([nodeId(1)]);
    await tab('Recipe');
    await fireEvent.click(await screen.findByRole('button', { name: 'Replay' }));
    expect(await screen.findByText(/gave the same model, bit for bit/)).toBeTruthy();
    expect(screen.getByText(/count as re-derived/)).toBeTruthy();
  });

  it('has no recipe when it was imported', async () => {
    await inspect([nodeId(0)]);
    expect(screen.queryByRole('tab', { name: 'Recipe' })).toBeNull();
  });

  it('stands beside others: what they scored, and only the settings that differ', async () => {
    await inspect([nodeId(1), nodeId(2)]);
    const table = await screen.findByRole('table');
    const row = (name: string) => within(table).getByRole('row', { name: new RegExp(`^${name}`) });
    expect(row('Accuracy').textContent).toMatch(/96\.9 %\s*\(best\)\s*96\.0 %/);
    expect(row('Learning rate').textContent).toMatch(/0\.001\s*0\.01/);
    expect(within(table).queryByRole('row', { name: /^epochs/ })).toBeNull();
    expect(
      screen.getByRole('img', { name: /digits-slow: training.*digits-fast: training/ }),
    ).toBeTruthy();
  });
});

describe('trying a model', () => {
  it('starts with an example of the recipe’s data, next to the parent', async () => {
    const asked: [readonly NodeId[], Readonly<Record<string, TryInput>>][] = [];
    const session = await inspect([nodeId(1)]);
    const { mgit } = await openSession(creationGraph());
    session.mgit.predict = (models, inputs, options) => {
      asked.push([models as NodeId[], inputs]);
      return mgit.predict(models, inputs, options);
    };
    await tab('Try');
    const mine = await screen.findByRole('article', { name: 'digits-slow' });
    expect(within(mine).getByText('82.0 %')).toBeTruthy();
    expect(screen.getByRole('article', { name: 'resnet20-base' })).toBeTruthy();
    expect(asked[0]?.[0]).toEqual([nodeId(1), nodeId(0)]);
    expect(asked[0]?.[1]['x']).toMatchObject({ is: 'pixels', width: 8 });
  });

  it('takes pasted numbers when there are as many as the model wants', async () => {
    await inspect([nodeId(0)], {
      tryView: () =>
        Promise.resolve({
          inputs: [
            {
              name: 'v',
              shape: [1, 3],
              from: 'guess',
              preprocessing: {
                is: 'numbers',
                columns: [],
                shape: [3],
                mean: [0],
                deviation: [1],
              },
            },
          ],
        }),
    });
    await tab('Try');
    const field = await screen.findByRole('textbox', { name: /v: 3 numbers/ });
    await fireEvent.input(field, { target: { value: '1, 2' } });
    expect(screen.getByRole('alert').textContent).toBe('3 numbers are needed, 2 are there.');
    await fireEvent.input(field, { target: { value: '1, 2, 3' } });
    expect(await screen.findByRole('article', { name: 'resnet20-base' })).toBeTruthy();
  });

  it('says why a model cannot be tried', async () => {
    await inspect([nodeId(0)], {
      tryView: () => Promise.resolve({ inputs: [], unfit: 'it has no graph' }),
    });
    await tab('Try');
    expect(await screen.findByText('This model cannot be tried: it has no graph')).toBeTruthy();
  });
});

describe('an interrupted creation', () => {
  it('is offered to go on or to be discarded', async () => {
    const job = { id: 'j', title: 'Finetune of digits', startedAt: 0, step: 120, savedAt: 1 };
    let jobs = [job, { ...job, id: 'k', title: 'Other' }];
    const resumed: string[] = [];
    const session = await openSession(creationGraph(), {
      pendingJobs: () => Promise.resolve(jobs),
      discardJob: (id) => Promise.resolve(void (jobs = jobs.filter((one) => one.id !== id))),
      resumeJob: (id) => {
        resumed.push(id);
        return Promise.reject(new DOMException('', 'AbortError'));
      },
    });
    render(PendingJobs, { session });
    expect(screen.getByText(/Finetune of digits was interrupted/)).toBeTruthy();
    await fireEvent.click(screen.getAllByRole('button', { name: 'Discard' })[1] as HTMLElement);
    await expect.poll(() => session.pendingJobs.length).toBe(1);
    await fireEvent.click(screen.getByRole('button', { name: 'Continue' }));
    expect(resumed).toEqual(['j']);
  });
});

describe('the recipe of a model for scripts', () => {
  it('is run again on other parents, named by name or id', async () => {
    const orders: unknown[] = [];
    const session = await openSession(creationGraph(), {
      create: (order) => {
        orders.push(order);
        return Promise.resolve({ models: [], rawBytes: 0, storedBytes: 0 });
      },
    });
    await session.mgit.rerun('digits-slow', { parents: ['digits-fast'], args: { epochs: 9 } });
    await session.mgit.create('finetune', { parents: [nodeId(0)], data: ['digits'] });
    expect(orders).toMatchObject([
      {
        function: 'finetune',
        parents: [nodeId(2)],
        arguments: { epochs: 9, learningRate: 0.001 },
        data: [sampleUse],
        seed: 42,
      },
      { function: 'finetune', parents: [nodeId(0)], data: ['data-1'] },
    ]);
    await expect(session.mgit.replay('nobody')).rejects.toMatchObject({ code: 'node-missing' });
  });
});
