import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import { openSession } from '../session.fixture.ts';
import Dialogs from './Dialogs.svelte';

async function open() {
  const session = await openSession();
  render(Dialogs, { session });
  const id = (name: string) => session.graph.nodes.find((node) => node.name === name)?.id as NodeId;
  return { session, id };
}

describe('dialogs', () => {
  it('show what removing a model does before it is done', async () => {
    const { session, id } = await open();
    session.show({ is: 'remove', ids: [id('resnet20-base')] });
    expect(await screen.findByText(/4 models below would lose/)).toBeTruthy();
    expect(screen.getByText(/1.20 MB can be freed/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Remove' }));
    await expect.poll(() => session.nodes.has(id('resnet20-base'))).toBe(false);
    expect(session.dialog).toBeUndefined();
    expect(session.toasts.list.at(-1)?.action?.label).toBe('Undo');
  });

  it('say plainly that an edge would close a cycle', async () => {
    const { session, id } = await open();
    session.show({ is: 'connect', from: id('resnet20-device-a-v2'), to: id('resnet20-base') });
    await fireEvent.click(await screen.findByRole('button', { name: 'Connect' }));
    expect((await screen.findByRole('alert')).textContent).toContain('its own ancestor');
  });

  it('run a command of the palette by typing and Enter', async () => {
    const { session } = await open();
    session.show({ is: 'palette' });
    const field = await screen.findByRole('combobox', { name: 'Command or model' });
    await fireEvent.input(field, { target: { value: 'mgit tag gtcrn speech' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await expect
      .poll(() => session.graph.nodes.find((node) => node.name === 'gtcrn')?.tags)
      .toEqual(['speech']);
  });

  it('open a model found in the palette', async () => {
    const { session, id } = await open();
    session.show({ is: 'palette' });
    const field = await screen.findByRole('combobox', { name: 'Command or model' });
    await fireEvent.input(field, { target: { value: 'yunet-2023' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(session.selection).toEqual([id('yunet-2023')]);
  });

  it('list the models that an integrity problem affects, and check again with one click', async () => {
    const { session } = await open();
    session.show({
      is: 'fsck',
      report: {
        ok: false,
        checkedChunks: 9,
        checkedModels: 3,
        problems: [
          {
            is: 'chunk-corrupt',
            key: 'ab'.repeat(32),
            snapshots: [],
            models: ['gtcrn'],
            remedy: 'x',
          },
        ],
      },
    });
    expect(await screen.findByText('1 model affected')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'gtcrn' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Choose the files…' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Check again' }));
    expect(await screen.findByText(/Everything stored is sound/)).toBeTruthy();
  });

  it('free space for good only when a person ticks it', async () => {
    const { session } = await open();
    const forgot: unknown[] = [];
    session.mgit.collect = (options) => {
      forgot.push(options?.forgetUndo);
      return Promise.resolve({ chunks: 0, bytes: 0 });
    };
    session.show({ is: 'free-space' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Free space' }));
    session.show({ is: 'free-space' });
    await fireEvent.click(await screen.findByRole('checkbox', { name: /Also forget removed/ }));
    await fireEvent.click(screen.getByRole('button', { name: 'Forget and free space' }));
    await expect.poll(() => forgot).toEqual([false, true]);
  });
});
