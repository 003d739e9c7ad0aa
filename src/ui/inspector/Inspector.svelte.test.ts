import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { LineageError } from '../../core/lineageError.ts';
import { openSession } from '../session.fixture.ts';
import Inspector from './Inspector.svelte';

async function inspect(overrides = {}, index = 0) {
  const session = await openSession(undefined, overrides);
  const node = session.graph.nodes[index];
  if (node) session.select([node.id]);
  render(Inspector, { session });
  return session;
}

const tab = (name: RegExp) => fireEvent.click(screen.getByRole('tab', { name }));

describe('the inspector', () => {
  it('renames a model in place', async () => {
    const session = await inspect();
    await fireEvent.click(screen.getByRole('button', { name: 'Rename resnet20-base' }));
    const field = screen.getByRole('textbox', { name: 'Name' });
    await fireEvent.input(field, { target: { value: 'base' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('heading', { name: 'base' })).toBeTruthy();
    expect(session.toasts.list.at(-1)).toMatchObject({ text: 'Renamed resnet20-base to base' });
  });

  it('says beside the field why a name is refused, and keeps what was typed', async () => {
    await inspect();
    await fireEvent.click(screen.getByRole('button', { name: 'Rename resnet20-base' }));
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' });
    await fireEvent.input(field, { target: { value: 'gtcrn' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect((await screen.findByRole('alert')).textContent).toContain('already called “gtcrn”');
    expect(field.value).toBe('gtcrn');
  });

  it('lists tensors, filters and sorts them', async () => {
    await inspect();
    await tab(/Tensors/);
    expect((await screen.findAllByRole('row')).length).toBeGreaterThan(5);
    await fireEvent.input(screen.getByRole('searchbox', { name: 'Filter tensors' }), {
      target: { value: 'layer33. bias' },
    });
    expect(screen.getByText(/^2 tensors/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /Bytes/ }));
    expect(screen.getByRole('columnheader', { name: /Bytes/ }).getAttribute('aria-sort')).toBe(
      'descending',
    );
  });

  it('shows statistics and a histogram of a tensor on demand', async () => {
    await inspect();
    await tab(/Tensors/);
    await fireEvent.click(await screen.findByRole('button', { name: 'layer0.0.conv.weight' }));
    expect(await screen.findByRole('img', { name: /Histogram of 36,864 elements/ })).toBeTruthy();
  });

  it('shows an error with a way to try again', async () => {
    let asked = 0;
    await inspect({
      nodeStorage: () => {
        asked += 1;
        return Promise.reject(new LineageError('node-missing', { node: 'x' }));
      },
    });
    await tab(/Storage/);
    expect((await screen.findByRole('alert')).textContent).toContain('no model x');
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByRole('alert');
    expect(asked).toBe(2);
  });

  it('says when the direction of an edge cannot be told, and confirms edges', async () => {
    const session = await inspect();
    await tab(/Evidence 2/);
    const card = screen.getByRole('article', { name: 'resnet20-base to resnet20-device-b' });
    expect(within(card).getByText(/Cannot tell which of the two came first/)).toBeTruthy();
    await fireEvent.click(within(card).getByRole('button', { name: 'Confirm' }));
    expect(await screen.findByRole('tab', { name: 'Evidence 1' })).toBeTruthy();
    expect(session.toasts.list.at(-1)?.text).toContain('Confirmed');
  });

  it('moves between tabs by the arrow keys', async () => {
    await inspect();
    await fireEvent.keyDown(screen.getByRole('tablist'), { key: 'ArrowLeft' });
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('Evidence');
  });
});
