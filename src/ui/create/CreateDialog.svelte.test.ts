import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { CreateOrder, CreationEvent } from '../../core/creationViews.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { LineageApi } from '../../rpc/api.ts';
import type { OnCreationEvent } from '../../rpc/calls.ts';
import { creationGraph } from '../creation.fixture.ts';
import Dialogs from '../dialogs/Dialogs.svelte';
import { modelNode } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';

const base = modelNode(0, '').id;

async function open(overrides: Partial<LineageApi> = {}) {
  const session = await openSession(creationGraph(), overrides);
  render(Dialogs, { session });
  session.show({ is: 'create', start: { order: { parents: [base] } } });
  await screen.findByRole('radio', { name: /^Finetune/ });
  return session;
}

const start = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Start' });

describe('the form that makes a model', () => {
  it('is ready to start as it opens: function, data and defaults that fit', async () => {
    const orders: CreateOrder[] = [];
    const session = await open({
      create: (order) => {
        orders.push(order);
        return Promise.reject(new DOMException('', 'AbortError'));
      },
    });
    expect(await screen.findByText('Trains 1 model on digits')).toBeTruthy();
    expect(screen.getByText('48.0 MB')).toBeTruthy();
    await fireEvent.click(start());
    await expect
      .poll(() => orders)
      .toMatchObject([
        { function: 'finetune', parents: [base], data: [{ name: 'digits' }], device: 'auto' },
      ]);
    expect(session.dialog?.is).toBe('training');
  });

  it('says why a function or a data set does not fit, and does not offer it', async () => {
    await open();
    const average = screen.getByRole<HTMLInputElement>('radio', { name: /^Average/ });
    expect(average.disabled).toBe(true);
    expect(screen.getByText('Not here: needs at least two parents')).toBeTruthy();
    expect(await screen.findByText('Does not fit: it has no images')).toBeTruthy();
  });

  it('shows a setting only while the one it belongs to has its value', async () => {
    await open();
    expect(screen.queryByRole('spinbutton', { name: 'Momentum' })).toBeNull();
    await fireEvent.change(screen.getByRole('combobox', { name: 'Optimiser' }), {
      target: { value: 'sgd' },
    });
    expect(screen.getByRole('spinbutton', { name: 'Momentum' })).toBeTruthy();
  });

  it('holds the start back while a number is none, and names what is wrong', async () => {
    await open();
    await screen.findByText('Trains 1 model on digits');
    await fireEvent.input(screen.getByRole('spinbutton', { name: 'Epochs' }), {
      target: { value: '0' },
    });
    expect(screen.getByText('At least 1.')).toBeTruthy();
    expect(start().disabled).toBe(true);
  });

  it('shows beside its field why a value is refused', async () => {
    await open({
      previewCreation: () =>
        Promise.reject(
          new LineageError('recipe-invalid', {
            function: 'finetune',
            field: 'learningRate',
            reason: 'too far',
          }),
        ),
    });
    const rate = screen.getByRole('spinbutton', { name: 'Learning rate' });
    await expect.poll(() => rate.parentElement?.parentElement?.textContent).toContain('too far');
    expect(start().disabled).toBe(true);
  });

  it('follows a run: loss, pause, finish, and the model it made', async () => {
    let hear: OnCreationEvent = () => undefined;
    let finish: () => void = () => undefined;
    const asked: string[] = [];
    const session = await open({
      create: (_order, _signal, _onProgress, onEvent) => {
        hear = onEvent;
        return new Promise((resolve) => {
          finish = () => {
            resolve({
              models: [{ id: modelNode(1, '').id, name: 'digits-slow' }],
              rawBytes: 246_000,
              storedBytes: 12_000,
            });
          };
        });
      },
      pauseJob: (job) => Promise.resolve(void asked.push(`pause ${job}`)),
      finishJob: (job) => {
        asked.push(`finish ${job}`);
        finish();
        return Promise.resolve();
      },
    });
    await screen.findByText('Trains 1 model on digits');
    await fireEvent.click(start());
    const step = (at: number): CreationEvent => ({
      job: 'j',
      part: '',
      event: { is: 'step', step: at, steps: 100, loss: 2 / at, stepMs: 9 },
    });
    await expect.poll(() => session.dialog?.is).toBe('training');
    hear(step(1));
    hear(step(2));
    expect(await screen.findByText(/Step 2 of 100/)).toBeTruthy();
    expect(
      screen.getByRole('img', { name: /^Loss\. training: from 2\.0000 to 1\.0000/ }),
    ).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    expect(await screen.findByRole('button', { name: 'Continue' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Finish now and keep the best' }));
    expect(asked).toEqual(['pause j', 'finish j']);
    const done = await screen.findByText('digits-slow is in the lineage');
    expect(done.parentElement?.textContent).toContain('246 kB stored in 12.0 kB');
    expect(await screen.findByRole('region', { name: 'Confusion matrix' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Open model' }));
    expect(session.selection).toEqual([modelNode(1, '').id]);
    expect(session.tab).toBe('recipe');
  });

  it('goes on in the tray when its view is closed, and comes back from there', async () => {
    const session = await open({ create: () => new Promise(() => undefined) });
    await screen.findByText('Trains 1 model on digits');
    await fireEvent.click(start());
    const dialog = await screen.findByRole('dialog', { name: 'Finetune: resnet20-base' });
    const closers = within(dialog).getAllByRole('button', { name: 'Close' });
    await fireEvent.click(closers[0] as HTMLElement);
    expect(session.dialog).toBeUndefined();
    expect(session.tasks[0]?.running).toBe(true);
    session.tasks[0]?.open?.();
    expect(await screen.findByRole('dialog', { name: 'Finetune: resnet20-base' })).toBeTruthy();
  });
});
