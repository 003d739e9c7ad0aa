import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { GraphData, ModelNode } from '../../core/lineage/graph.ts';
import Dialogs from '../dialogs/Dialogs.svelte';
import Inspector from '../inspector/Inspector.svelte';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import { lossyGraph } from './lossy.fixture.ts';
import ReceiptTab from './ReceiptTab.svelte';

async function open(graph: GraphData) {
  const calls: [string, readonly NodeId[]][] = [];
  const session = await openSession(graph, {
    promoteLossy: (ids) => {
      calls.push(['promote', ids]);
      return Promise.resolve([nodeId(1)]);
    },
    releaseLossy: (ids) => {
      calls.push(['release', ids]);
      return Promise.resolve([nodeId(1)]);
    },
  });
  const node = graph.nodes.find(({ id }) => id === nodeId(3)) as ModelNode;
  return { session, node, calls };
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });

describe('the receipt of a lossy model', () => {
  it('says what was lost and gained, and goes back to the original', async () => {
    const { session, node, calls } = await open(lossyGraph());
    render(ReceiptTab, { session, node });
    const text = screen.getByRole('region', { name: 'Receipt of the loss' }).textContent;
    expect(text).toMatch(/750 B\s+instead of\s+30.0 kB exact, 40.0× lossy/);
    expect(text).toContain('A step for each tensor');
    expect(screen.getByRole('row', { name: /^Accuracy .*ok/ })).toBeTruthy();
    await fireEvent.click(button('Back to the original'));
    await waitFor(() => {
      expect(session.selection).toEqual([nodeId(1)]);
    });
    expect(calls).toEqual([['promote', [nodeId(3)]]]);
  });

  it('releases the original after saying what that frees', async () => {
    const { session, node, calls } = await open(lossyGraph());
    render(ReceiptTab, { session, node });
    render(Dialogs, { session });
    await fireEvent.click(button('Release the original…'));
    const dialog = await screen.findByRole('dialog', { name: 'Release the original' });
    await waitFor(() => {
      expect(dialog.textContent).toContain('1.20 MB can then be freed');
    });
    expect(calls).toEqual([]);
    await fireEvent.click(button('Release'));
    await waitFor(() => {
      expect(calls).toEqual([['release', [nodeId(3)]]]);
    });
    expect(session.toasts.list.at(-1)?.action?.label).toBe('Undo');
  });

  it('offers no way back once the original is gone', async () => {
    const graph = lossyGraph();
    const released = { ...graph, nodes: graph.nodes.filter(({ id }) => id !== nodeId(1)) };
    const { session, node } = await open(released);
    render(ReceiptTab, { session, node });
    expect([button('Back to the original').disabled, button('Release the original…').disabled]).toEqual([true, true]); // prettier-ignore
    expect(screen.getByText(/there is nothing to go back to/)).toBeTruthy();
  });

  it('is a tab of lossy models alone, and the overview leads to it', async () => {
    const { session } = await open(lossyGraph());
    render(Inspector, { session });
    session.open(nodeId(1), 'overview');
    await screen.findByText(/holds it with less precision/);
    expect(screen.queryByRole('tab', { name: 'Receipt' })).toBeNull();
    session.open(nodeId(3), 'overview');
    await fireEvent.click(await screen.findByRole('button', { name: 'Receipt' }));
    await waitFor(() => {
      expect(screen.getByRole('tab', { name: 'Receipt', selected: true })).toBeTruthy();
    });
  });
});
