import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { DatasetId } from '../../core/ids.ts';
import type { Reading } from '../../core/data/dataset.ts';
import { takeFiles } from '../actions/takeFiles.ts';
import { creationGraph } from '../creation.fixture.ts';
import Dialogs from '../dialogs/Dialogs.svelte';
import LeftPanel from '../LeftPanel.svelte';
import { incoming } from '../longCall.ts';
import { openSession } from '../session.fixture.ts';
import { sortFiles } from './looksLikeData.ts';

const file = (name: string, text = 'x') => incoming(new File([text], name));

describe('data sets', () => {
  it('are listed beside the models', async () => {
    render(LeftPanel, { session: await openSession(creationGraph()) });
    await fireEvent.click(screen.getByRole('tab', { name: 'Data sets 2' }));
    const digits = screen.getByRole('button', { name: /^digits/ });
    expect(digits.textContent).toMatch(/images · 1,797 examples · 10 classes · 294 kB/);
    expect(digits.textContent).toContain('1 bad row left out');
  });

  it('are told from models by their files', async () => {
    const names = async (...files: ReturnType<typeof file>[]) => {
      const { models, data, others } = await sortFiles(files);
      return [models, data, others].map((list) => list.map(({ path }) => path));
    };
    expect(await names(file('a.csv'), file('t10k-labels.idx1-ubyte'), file('cat.PNG'))).toEqual([
      [],
      ['a.csv', 't10k-labels.idx1-ubyte', 'cat.PNG'],
      [],
    ]);
    expect(await names(file('m.onnx'), file('m.onnx.data'), file('README.txt'))).toEqual([
      ['m.onnx'],
      [],
      ['m.onnx.data', 'README.txt'],
    ]);
    expect(await names(file('a.zip', 'PK cats/1.png'), file('b.zip', 'PK data.pkl'))).toEqual([
      [],
      ['a.zip'],
      ['b.zip'],
    ]);
    expect(
      await names(file('iris.data', '5.1,3.5,a\n4.9,3.0,b\n'), file('notes', 'hello')),
    ).toEqual([[], ['iris.data'], ['notes']]);
  });

  it('are offered when data is dropped, with a way to read it otherwise', async () => {
    const readings: (Reading | undefined)[] = [];
    const session = await openSession(creationGraph());
    const { mgit } = await openSession(creationGraph());
    session.mgit.proposeDataset = (files, options) => {
      readings.push(options?.reading);
      return mgit.proposeDataset(files, options);
    };
    render(Dialogs, { session });
    await takeFiles(session, [file('digits.csv')]);
    expect(await screen.findByText(/digits.csv:12/)).toBeTruthy();
    await fireEvent.change(screen.getByRole('combobox', { name: 'Delimiter' }), {
      target: { value: ';' },
    });
    expect(readings).toMatchObject([undefined, { is: 'delimited', delimiter: ';' }]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Add' }));
    await expect.poll(() => session.dialog).toBeUndefined();
    expect(session.listing).toBe('datasets');
  });

  it('show what they hold, and are renamed and removed', async () => {
    const calls: string[] = [];
    const session = await openSession(creationGraph(), {
      renameDataset: (id, name) => Promise.resolve(void calls.push(`rename ${id} ${name}`)),
      removeDataset: (id) => Promise.resolve(void calls.push(`remove ${id}`)),
    });
    render(Dialogs, { session });
    session.show({ is: 'dataset', id: 'data-1' as DatasetId });
    expect(await screen.findByText('label: 10 classes')).toBeTruthy();
    expect(await screen.findByText('a fine film')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'digits-slow' })).toBeTruthy();
    await fireEvent.input(screen.getByRole('textbox', { name: 'Name' }), {
      target: { value: 'pens' },
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Rename' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Remove' }));
    await expect.poll(() => session.dialog).toBeUndefined();
    expect(calls).toEqual(['rename data-1 pens', 'remove data-1']);
    expect(session.toasts.list.at(-1)?.action?.label).toBe('Undo');
  });
});
