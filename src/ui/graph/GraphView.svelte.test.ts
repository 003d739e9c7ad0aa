import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { edgeBetween, lineage, modelNode } from '../../core/graphView/lineage.fixture.ts';
import { layeredLayout } from '../../core/layout/layeredLayout.ts';
import type { LayoutInput } from '../../core/layout/layout.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import GraphView from './GraphView.svelte';
import type { GraphRenderer, Scene } from './renderer.ts';

/** model-0 → model-1 → model-2, model-1 ⇢ model-3 ⇢ model-4; model-5 alone. */
const graph: GraphData = {
  ...lineage(6, [
    edgeBetween(0, 1),
    edgeBetween(1, 2, 'provenance', 'inferred'),
    edgeBetween(1, 3, 'version'),
    edgeBetween(3, 4, 'version'),
  ]),
  nodes: [0, 1, 2, 3, 4, 5].map((i) => modelNode(i)),
};

/** A renderer without a canvas, which happy-dom has not. */
function fakeRenderer(scenes: Scene[]): GraphRenderer {
  const nothing = () => undefined;
  return {
    show: (scene) => {
      scenes.push(scene);
      return Promise.resolve(true);
    },
    mark: nothing,
    restyle: nothing,
    fit: nothing,
    zoomBy: nothing,
    panBy: nothing,
    bring: nothing,
    reveal: nothing,
    centre: nothing,
    destroy: nothing,
  };
}

async function open(more: Partial<{ selection: string[]; query: string; graph: GraphData }> = {}) {
  const onselect = vi.fn();
  const onopen = vi.fn();
  const scenes: Scene[] = [];
  const given = {
    graph,
    selection: [] as never[],
    query: '',
    theme: 'light' as const,
    onselect,
    onopen,
    layout: (input: LayoutInput) => Promise.resolve(layeredLayout(input)),
    renderer: () => fakeRenderer(scenes),
    ...(more as object),
  };
  const view = render(GraphView, given);
  const canvas = screen.getByRole('application', { name: 'Lineage graph' });
  await screen.findByText('Legend');
  const press = async (...keys: string[]) => {
    for (const key of keys) await fireEvent.keyDown(canvas, { key });
  };
  const drawn = () => (scenes.at(-1)?.nodes.map(({ key }) => key) ?? []).sort();
  const spoken = () => view.container.querySelector('[aria-live]')?.textContent ?? '';
  return { onselect, onopen, press, drawn, spoken, view, given };
}

describe('GraphView', () => {
  it('moves along edges with the arrow keys and says where it is', async () => {
    const { press, spoken } = await open();
    await press('ArrowRight');
    expect(spoken()).toMatch(/^model-0, 1 child, .*\.$/u);
    await press('ArrowRight');
    expect(spoken()).toMatch(/^model-1, child of model-0, 1 child, 1 newer version/u);
    await press('ArrowLeft');
    expect(spoken()).toMatch(/^model-0/u);
  });

  it('selects with Space, opens with Enter and clears with Escape', async () => {
    const { press, onselect, onopen, view } = await open();
    await press('Home', ' ');
    expect(onselect).toHaveBeenLastCalledWith(['id0']);
    await press('Enter');
    expect(onopen).toHaveBeenCalledWith('id0');
    await view.rerender({ selection: ['id0'] as never[] });
    await press('Escape');
    expect(onselect).toHaveBeenLastCalledWith([]);
  });

  it('leaves keys alone that mean something to the browser', async () => {
    await open();
    const canvas = screen.getByRole('application');
    expect(await fireEvent.keyDown(canvas, { key: 'Tab' })).toBe(true);
    expect(await fireEvent.keyDown(canvas, { key: '+', ctrlKey: true })).toBe(true);
    expect(await fireEvent.keyDown(canvas, { key: 'ArrowDown' })).toBe(false);
  });

  it('filters by format, says how many are out, and starts over', async () => {
    const { drawn } = await open();
    await fireEvent.click(screen.getByRole('checkbox', { name: /ONNX/u }));
    await waitFor(() => {
      expect(drawn()).toEqual(['m:id1', 'm:id2', 'm:id4', 'm:id5']);
    });
    expect(screen.getByText('2 models filtered out.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Start over' }));
    await waitFor(() => {
      expect(drawn()).toHaveLength(6);
    });
  });

  it('says so when a filter leaves nothing', async () => {
    await open();
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'nowhere' } });
    expect(await screen.findByText(/No model passes the filter/u)).toBeTruthy();
  });

  it('shows only the neighbourhood of the selection, to a chosen depth', async () => {
    const { drawn } = await open({ selection: ['id2'] });
    await fireEvent.click(screen.getByRole('button', { name: 'Only neighbourhood' }));
    await waitFor(() => {
      expect(drawn()).toEqual(['m:id1', 'm:id2']);
    });
    const depth = screen.getByRole('combobox', { name: 'Depth' });
    await fireEvent.change(depth, { target: { value: '2' } });
    await waitFor(() => {
      expect(drawn()).toContain('m:id0');
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Leave neighbourhood' }));
    await waitFor(() => {
      expect(drawn()).toHaveLength(6);
    });
  });

  it('folds a line of versions into a stack and opens it with Enter', async () => {
    const { drawn, press, spoken } = await open({ selection: ['id3'] });
    await fireEvent.click(screen.getByRole('button', { name: 'Fold versions' }));
    await waitFor(() => {
      expect(drawn()).toEqual(['m:id0', 'm:id2', 'm:id5', 's:id1']);
    });
    await waitFor(() => {
      expect(screen.getByText('the rest is folded.', { exact: false })).toBeTruthy();
    });
    await press('Home', 'ArrowRight');
    expect(spoken()).toMatch(/^model-4, newest of 3 versions in a folded line/u);
    await press('Enter');
    await waitFor(() => {
      expect(drawn()).toHaveLength(6);
    });
  });

  it('steps through the matches of a search', async () => {
    const { spoken } = await open({ query: 'third' });
    expect(screen.getByText('2 matches')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Next match' }));
    expect(spoken()).toMatch(/^model-0/u);
    await fireEvent.click(screen.getByRole('button', { name: 'Next match' }));
    expect(spoken()).toMatch(/^model-3/u);
    expect(screen.getByText('2 of 2')).toBeTruthy();
  });

  it('explains colours and the edges that are there', async () => {
    await open();
    const legend = within(screen.getByText('Legend').closest('details') as HTMLElement);
    expect(legend.getByText('made from')).toBeTruthy();
    expect(legend.getByText('made from, inferred')).toBeTruthy();
    expect(legend.queryByText('made from, re-derived')).toBeNull();
    await fireEvent.change(legend.getByRole('combobox', { name: 'Colour' }), {
      target: { value: 'format' },
    });
    expect(legend.getByText('safetensors')).toBeTruthy();
  });

  it('opens a lineage of thousands bounded and says how to reach the rest', async () => {
    const many = lineage(
      5000,
      Array.from({ length: 4900 }, (_, i) => edgeBetween(Math.floor(i / 7), i + 1)),
    );
    const { drawn } = await open({ graph: many });
    expect(drawn().length).toBeLessThanOrEqual(1000);
    expect(screen.getByText(/the rest is folded into dashed boxes/u)).toBeTruthy();
  });

  it('says when the layout fails and tries again', async () => {
    let fails = true;
    const layout = (input: LayoutInput) =>
      fails ? Promise.reject(new Error('gone')) : Promise.resolve(layeredLayout(input));
    render(GraphView, {
      graph,
      selection: [],
      query: '',
      theme: 'light',
      onselect: vi.fn(),
      layout,
      renderer: () => fakeRenderer([]),
    });
    const again = await screen.findByRole('button', { name: 'Try again' });
    fails = false;
    await fireEvent.click(again);
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
    });
  });
});
