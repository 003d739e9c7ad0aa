import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import App from './App.svelte';
import { openSession } from './session.fixture.ts';

const empty = { nodes: [], edges: [], rejections: [], datasets: [], tests: [], branches: [] };

describe('the app', () => {
  it('teaches on an empty lineage', async () => {
    render(App, { session: await openSession(empty) });
    expect(screen.getByRole('button', { name: 'Load the sample lineage' })).toBeTruthy();
    expect(screen.getByText(/Nothing leaves this machine/)).toBeTruthy();
  });

  it('says truthfully that the browser has deleted what was stored', async () => {
    const session = await openSession(empty, {
      start: () => Promise.resolve({ is: 'evicted', expectedModels: 31 }),
    });
    render(App, { session });
    expect(screen.getByRole('heading', { name: /browser has deleted your models/ })).toBeTruthy();
    expect(screen.getByText(/31 models/)).toBeTruthy();
  });

  it('names a database of a newer version, and opens once it can', async () => {
    let broken = true;
    const session = await openSession(empty, {
      start: () =>
        broken
          ? Promise.reject(new LineageError('storage-newer', { found: 9, known: 1 }))
          : Promise.resolve({ is: 'ready', expectedModels: 0 }),
    });
    render(App, { session });
    expect(screen.getByRole('heading', { name: 'Stored by a newer version of MGit' })).toBeTruthy();
    broken = false;
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('region', { name: 'Models' })).toBeTruthy();
  });

  it('shows a task with its progress, and cancels it', async () => {
    let stopped = false;
    const session = await openSession(empty, {
      importFiles: (_files, _options, signal, onProgress) => {
        onProgress({ step: 'Reading a.onnx', done: 5e6, total: 1e7, unit: 'bytes' });
        return new Promise((_resolve, reject) => {
          (signal as AbortSignal).addEventListener('abort', () => {
            stopped = true;
            reject(new DOMException('Aborted', 'AbortError'));
          });
        });
      },
    });
    render(App, { session });
    await fireEvent.change(screen.getByLabelText('Model files'), {
      target: { files: [new File(['x'], 'a.onnx')] },
    });
    const task = await screen.findByRole('article', { name: 'Import a.onnx' });
    expect(await within(task).findByText('5.00 MB of 10.0 MB')).toBeTruthy();
    await fireEvent.click(within(task).getByRole('button', { name: 'Cancel' }));
    expect(await within(task).findByText(/^Cancelled/)).toBeTruthy();
    expect(stopped).toBe(true);
  });

  it('lists the files it could not read, with reasons', async () => {
    const data = { file: 'page.onnx', looksLike: 'an HTML page' };
    const session = await openSession(empty, {
      importFiles: () =>
        Promise.resolve({
          models: [{ file: 'page.onnx', error: { code: 'format-unknown', message: '', data } }],
          ignored: [],
          edges: { provenance: 0, version: 0 },
          rawBytes: 0,
          storedBytes: 0,
        }),
    });
    render(App, { session });
    await fireEvent.change(screen.getByLabelText('Model files'), {
      target: { files: [new File(['<html>'], 'page.onnx')] },
    });
    expect(await screen.findByText(/not a model file but an HTML page/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy errors' })).toBeTruthy();
  });

  it('opens the palette by its keys', async () => {
    render(App, { session: await openSession(empty) });
    await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    expect(await screen.findByRole('combobox', { name: 'Command or model' })).toBeTruthy();
  });
});
