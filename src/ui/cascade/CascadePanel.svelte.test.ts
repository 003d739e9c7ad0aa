import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { CascadeEvent, CascadeOrder, CascadeRun } from '../../core/cascadeViews.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { openSession } from '../session.fixture.ts';
import RightPane from '../work/RightPane.svelte';
import { first, imported, nameOf, next, old, rejectedReport, samplePlan, sampleState, second } from './cascade.fixture.ts'; // prettier-ignore
// Fetched when it is first opened; here beforehand, so that no test waits for it.
import './CascadePanel.svelte';
import PendingCascades from './PendingCascades.svelte';

async function open(overrides: Partial<LineageApi> = {}, withVersion = true) {
  const graph = sampleGraph();
  const version = { kind: 'version', from: old, to: next, grade: 'declared' } as const;
  const edges = withVersion ? [...graph.edges, version] : graph.edges;
  const session = await openSession(
    { ...graph, edges },
    { planCascade: (order) => Promise.resolve(samplePlan({ order })), ...overrides },
  );
  session.select([old]);
  render(RightPane, { session });
  session.openSide({ is: 'cascade', old });
  await screen.findByText(/Makes everything below a model again/);
  return session;
}

const start = () => screen.findByRole<HTMLButtonElement>('button', { name: 'Start the update' });

describe('the panel of update cascades', () => {
  it('says how to make a new version where there is none, and opens the form for it', async () => {
    const session = await open({}, false);
    expect(screen.getByText(/has no newer version yet/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /^New version from/ }));
    expect(session.dialog).toEqual({
      is: 'create',
      start: { order: { parents: [old], asVersion: true } },
    });
  });

  it('proposes the newest version, and shows what is made, from what, and what stays', async () => {
    const session = await open();
    const made = await screen.findByRole('list', { name: 'Models to be made' });
    expect(screen.getByText('2 models · about 12 s · about 35.0 kB')).toBeTruthy();
    const item = within(made).getByRole('listitem', { name: nameOf(second) });
    expect(item.textContent).toContain(`${nameOf(first)} → ${nameOf(first)}@2`);
    expect(item.textContent).toContain('No training: moments');
    const stays = screen.getByRole('listitem', { name: nameOf(imported) });
    expect(stays.textContent).toContain('cannot be made again: it has no recipe');
    expect(session.marks.get(first)).toMatchObject({ tone: 'waiting' });
    expect(session.marks.get(imported)).toMatchObject({ tone: 'unknown' });
  });

  it('plans anew with each choice, and goes back to what was proposed', async () => {
    const orders: CascadeOrder[] = [];
    await open({
      planCascade: (order) => {
        orders.push(order);
        return Promise.resolve(samplePlan({ order }));
      },
    });
    const list = await screen.findByRole('combobox', {
      name: `What to do with ${nameOf(imported)}`,
    });
    await fireEvent.change(list, { target: { value: 'transplant' } });
    await expect.poll(() => orders.at(-1)?.choices).toEqual({ [imported]: { is: 'transplant' } });
    await fireEvent.click(await screen.findByRole('button', { name: 'Back to what is proposed' }));
    await expect.poll(() => orders.at(-1)).toEqual({ old, new: next });
    await fireEvent.click(screen.getByText('Which models'));
    await fireEvent.click(screen.getByRole('checkbox', { name: /^Only the newest version/ }));
    await expect.poll(() => orders.at(-1)).toEqual({ old, new: next, headsOnly: true });
    const skip = screen.getByRole('combobox', { name: 'Skip models by tag, type or test' });
    await fireEvent.change(skip, { target: { value: 'tag edge' } });
    await expect.poll(() => orders.at(-1)?.skip).toEqual({ is: 'tag', tag: 'edge' });
  });

  it('does not start what has nothing to make, and says so; tells what a plan is refused for', async () => {
    await open({ planCascade: (order) => Promise.resolve(samplePlan({ order, items: [] })) });
    expect(await screen.findByText(/There is nothing to make again/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Start the update' })).toBeNull();
    const refused = new LineageError('cascade-unfit', { reason: 'it is not its own version' });
    await open({ planCascade: () => Promise.reject(refused) });
    expect((await screen.findByRole('alert')).textContent).toContain('it is not its own version');
  });

  it('runs with gate, budget and device; shows each model as it goes, and can be paused', async () => {
    const runs: CascadeRun[] = [];
    const paused: string[] = [];
    let tell: (event: CascadeEvent) => void = () => undefined;
    const session = await open({
      runCascade: (run, _signal, _progress, onEvent) => {
        runs.push(run);
        tell = onEvent;
        return new Promise(() => undefined);
      },
      pauseCascade: (id) => Promise.resolve(void paused.push(id)),
    });
    await fireEvent.input(await screen.findByLabelText('Time limit in minutes'), {
      target: { value: '2' },
    });
    await fireEvent.click(await start());
    await expect
      .poll(() => runs)
      .toEqual([
        { order: { old, new: next }, gate: true, device: 'auto', budget: { ms: 120_000 } },
      ]);
    const done = { is: 'done', models: [next], ms: 900, bytes: 5 } as const;
    tell({ is: 'state', state: sampleState([done, { is: 'running' }]) });
    expect(await screen.findByText(`1 of 2 done; at work: ${nameOf(second)}@2`)).toBeTruthy();
    await expect.poll(() => session.marks.get(second)).toMatchObject({ tone: 'running' });
    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    await screen.findByRole('button', { name: 'Continue' });
    expect(paused).toEqual(['cascade-1']);
    session.closeSide();
    session.tasks[0]?.open?.();
    expect(await screen.findByText(/^Paused\. 1 of 2 done/)).toBeTruthy();
  });

  it('sums up with reasons and figures, compares and selects what is new', async () => {
    const session = await open({
      runCascade: (_run, _signal, _progress, onEvent) => {
        const report = rejectedReport();
        onEvent({ is: 'state', state: report.state });
        return Promise.resolve(report);
      },
    });
    await fireEvent.click(await start());
    expect(await screen.findByText('0 models brought up to date; 1 rejected.')).toBeTruthy();
    expect(screen.getByText(/Accuracy fell from 0.9 to 0.4\./)).toBeTruthy();
    expect(
      screen.getByText(new RegExp(`It needs ${nameOf(first)}@2, which was not made`)),
    ).toBeTruthy();
    const row = within(screen.getByRole('table')).getAllByRole('row')[1];
    expect(row?.textContent).toMatch(/Reads digits: Accuracy\s*90\.0 %\s*40\.0 %\s*▼ worse/);
    await fireEvent.click(screen.getByRole('button', { name: 'Select the new models' }));
    expect(session.selected.map(({ name }) => name)).toEqual(['resnet20-device-a-v2']);
    await fireEvent.click(screen.getByRole('button', { name: /^Compare/ }));
    expect(session.work).toMatchObject({ is: 'diff', a: first });
  });
});

describe('the banner of cascades that are not finished', () => {
  const pending = { id: 'c', title: 'Update for x', startedAt: 0, done: 1, total: 3 };

  it('offers to go on, to show and to discard', async () => {
    const resumed: string[] = [];
    const discarded: string[] = [];
    const session = await openSession(undefined, {
      pendingCascades: () => Promise.resolve(discarded.length > 0 ? [] : [pending]),
      resumeCascade: (id) => {
        resumed.push(id);
        return Promise.reject(new DOMException('', 'AbortError'));
      },
      discardCascade: (id) => Promise.resolve(void discarded.push(id)),
    });
    render(PendingCascades, { session });
    expect((await screen.findByText('Update for x is not finished')).closest('p')?.textContent).toMatch(/1 of 3 done/); // prettier-ignore
    await fireEvent.click(screen.getByRole('button', { name: 'Continue' }));
    await expect.poll(() => resumed).toEqual(['c']);
    session.closeSide();
    await fireEvent.click(await screen.findByRole('button', { name: 'Show' }));
    expect(session.side).toEqual({ is: 'cascade', id: 'c' });
    session.closeSide();
    await fireEvent.click(await screen.findByRole('button', { name: 'Discard' }));
    await expect.poll(() => screen.queryByText('Update for x is not finished')).toBeNull();
  });

  it('offers only to discard what cannot go on, and says why', async () => {
    const session = await openSession(undefined, {
      pendingCascades: () => Promise.resolve([{ ...pending, unfit: 'a model is gone' }]),
    });
    render(PendingCascades, { session });
    expect(await screen.findByText(/It cannot go on: a model is gone\./)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Continue' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Discard' })).toBeTruthy();
  });
});
