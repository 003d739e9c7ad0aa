import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import type { Compared } from './alignRows.ts';
import { compared, fakeDiff } from './diff.fixture.ts';
import DiffView from './DiffView.svelte';

const pair = compared([
  ['stem', 'equal'],
  ['block.first', 'changed'],
  ['block.second', 'equal'],
  ['head', 'changed'],
  ['extra', 'added'],
]);

async function open(of: Compared = pair, more: Partial<LineageApi> = {}, base?: NodeId) {
  const bases = { mergeBases: () => Promise.resolve([nodeId(2)]) };
  const session = await openSession(undefined, { ...fakeDiff(of), ...bases, ...more });
  const work = { is: 'diff', a: nodeId(0), b: nodeId(1), ...(base && { base }) } as const;
  render(DiffView, { session, work });
  return session;
}

const layer = (name: RegExp) => screen.findByRole('button', { name });
const openTab = async (name: RegExp) => fireEvent.click(await screen.findByRole('tab', { name }));

beforeEach(() => {
  // jsdom draws nothing; what is drawn is looked at in a browser.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
});

describe('the comparison of two models', () => {
  it('shows layers on one line each, with what became of them and how much', async () => {
    await open();
    expect(await layer(/^head .*: changed, relative change 4 %/)).toBeTruthy();
    expect(await layer(/^extra .*: added/)).toBeTruthy();
    expect(screen.getByText('a summary.')).toBeTruthy();
    expect(screen.getByText('paper 1.2')).toBeTruthy();
  });

  it('folds and unfolds modules, by the keys too', async () => {
    await open();
    const block = await layer(/^block: 1 changed, 1 equal/);
    expect(block.getAttribute('aria-expanded')).toBe('true');
    await fireEvent.focus(block);
    await fireEvent.keyDown(block, { key: 'ArrowLeft' });
    expect(block.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByRole('button', { name: /^block\.first/ })).toBeNull();
    await fireEvent.keyDown(block, { key: 'ArrowDown' });
    await vi.waitFor(() => {
      expect(document.activeElement?.textContent.trim()).toMatch(/^head/);
    });
  });

  it('leads from a layer to its tensor in depth', async () => {
    await open();
    await fireEvent.click(await layer(/^head /));
    const strip = screen.getByRole('region', { name: /^Layer head/ });
    await fireEvent.click(within(strip).getByRole('button', { name: /head\.weight/ }));
    expect(screen.getByRole('region', { name: 'Tensor head.weight' })).toBeTruthy();
    expect(await screen.findByRole('rowheader', { name: '[0, 1, 2, 0]' })).toBeTruthy();
    expect(screen.getByText(/2 of 4 directions hold 99 % of the change/)).toBeTruthy();
    expect(screen.getByRole('application', { name: 'Weights of head.weight' })).toBeTruthy();
  });

  it('sorts tensors by where the change is, and by a column that is clicked', async () => {
    await open();
    await openTab(/Tensors/);
    const names = () => screen.getAllByRole('button', { name: /\.weight$/ }).map((b) => b.textContent.trim()); // prettier-ignore
    await vi.waitFor(() => {
      expect(names()).toEqual(['extra.weight', 'head.weight', 'block.first.weight', 'stem.weight', 'block.second.weight']); // prettier-ignore
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Tensor' }));
    expect(names()[0]).toBe('block.first.weight');
    await fireEvent.change(screen.getByRole('combobox', { name: 'State' }), { target: { value: 'equal' } }); // prettier-ignore
    expect(names()).toEqual(['block.second.weight', 'stem.weight']);
  });

  it('stops comparing on demand, keeps what is known, and goes on with the rest', async () => {
    const asked: (readonly number[] | undefined)[] = [];
    await open(pair, {
      tensorDifferences: (a, b, pairs, signal, onProgress, onRow) => {
        asked.push(pairs);
        if (asked.length > 1)
          return fakeDiff(pair).tensorDifferences?.(a, b, pairs, signal, onProgress, onRow) ?? Promise.resolve([]); // prettier-ignore
        onProgress({ step: '', done: 1, total: 2, unit: 'steps' });
        return new Promise((_, reject) => {
          (signal as AbortSignal).addEventListener('abort', () => {
            reject(new DOMException('stopped', 'AbortError'));
          });
        });
      },
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'Stop comparing' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Compare the rest' }));
    expect(await layer(/^head .*relative change 4 %/)).toBeTruthy();
    expect(asked).toEqual([[1, 3], [1, 3]]); // prettier-ignore
  });

  it('says at once that the weights are the same', async () => {
    await open(compared([['stem', 'equal'], ['head', 'equal']])); // prettier-ignore
    expect(await screen.findByText(/These are the same weights in the same layers/)).toBeTruthy();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('exchanges the models, takes another, and offers the common base', async () => {
    const session = await open();
    await fireEvent.click(await screen.findByRole('button', { name: 'Exchange A and B' }));
    expect(session.work).toEqual({ is: 'diff', a: nodeId(1), b: nodeId(0) });
    const [, forB] = screen.getAllByText(/^other/);
    if (forB) await fireEvent.click(forB);
    const child = screen.getAllByRole('button', { name: /resnet20-device-b child/, hidden: true });
    if (child[0]) await fireEvent.click(child[0]);
    expect(session.work).toMatchObject({ is: 'diff' });
    await fireEvent.click(await screen.findByRole('button', { name: /^Who changed what since/ }));
    expect(session.work).toMatchObject({ base: nodeId(2) });
  });

  it('shows what failed, and what to do', async () => {
    await open(pair, { diff: () => Promise.reject(new Error('worker is gone')) });
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});

describe('the comparison with a common base', () => {
  it('tells who changed which layer', async () => {
    const toA = compared([['stem', 'changed'], ['mid', 'equal'], ['head', 'changed']]); // prettier-ignore
    const toB = compared([['stem', 'equal'], ['mid', 'equal'], ['head', 'changed']]); // prettier-ignore
    await open(toA, {
      diff: (a, b) =>
        Promise.resolve({ ...(b === nodeId(0) ? toA : toB).diff, a, b }),
    }, nodeId(2)); // prettier-ignore
    expect(await screen.findByText(/1 changed by A alone, 0 by B alone. 1 changed by both/)).toBeTruthy(); // prettier-ignore
    const table = screen.getByRole('region', { name: 'Layers of the base' });
    const row = within(table).getByRole('row', { name: /^head.*both$/ });
    expect(within(row).getAllByText('Δ changed')).toHaveLength(2);
  });
});
