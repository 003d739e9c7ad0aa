import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type {
  AdoptReport,
  BranchView,
  LineageComparison,
  LineageMatch,
} from '../../core/branchViews.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import type { Work } from '../work/work.ts';
import BranchesView from './BranchesView.svelte';

type BranchWork = Extract<Work, { readonly is: 'branches' }>;

function branch(name: string, head: number, more: Partial<BranchView> = {}): BranchView {
  const moves = [{ at: 0, title: `Added the branch ${name}`, to: nodeId(head) }];
  return { name, head: nodeId(head), notes: '', createdAt: 0, standing: { is: 'head' }, moves, ...more };
} // prettier-ignore

function theirs(name: string, more: Partial<LineageMatch> = {}): LineageMatch {
  return {
    name,
    theirs: name as NodeId,
    snapshot: name as SnapshotId,
    is: 'theirs',
    sizeBytes: 1000,
    available: true,
    needs: [],
    ...more,
  };
}

const comparison: LineageComparison = {
  matches: [
    theirs('base'),
    theirs('top', { needs: ['base' as NodeId] }),
    theirs('gone', { removed: true }),
    theirs('thin', { available: false }),
    theirs('resnet20-base', { ours: nodeId(0), is: 'shared' }),
  ],
  forks: [{ base: nodeId(0), ours: [nodeId(3)], theirs: ['top' as NodeId] }],
  edges: { shared: 0, ours: 8, theirs: 2 },
  datasets: [],
  tests: [],
  branches: [{ name: 'main', is: 'theirs-only', theirs: 'top' as NodeId }],
  nameClashes: ['base'],
  summary: '1 model shared · 4 only there',
};

const report: AdoptReport = {
  added: [{ id: nodeId(1), name: 'top', theirs: 'top' as NodeId, theirName: 'top', restored: false }],
  edges: 1, datasets: [], tests: [], branches: [], forwarded: [], diverged: [], forks: [],
  skipped: [{ name: 'thin', why: 'its content is neither in the file nor here' }],
}; // prettier-ignore

async function view(overrides: Partial<LineageApi>, files = false) {
  const session = await openSession(undefined, { branches: () => Promise.resolve([]), ...overrides });
  const file = { file: new File([], 'x.mgit.zip'), path: 'x.mgit.zip' };
  const work: BranchWork = { is: 'branches', ...(files ? { files: [file] } : {}) };
  render(BranchesView, { session, work });
  return session;
} // prettier-ignore

describe('the branches', () => {
  it('offer to go forward where that loses nothing, and to merge a fork', async () => {
    const moved: unknown[] = [];
    const session = await view({
      branches: () =>
        Promise.resolve([
          branch('main', 1, { standing: { is: 'behind', by: 1, forward: nodeId(3) } }),
          branch('dev', 7, { other: { name: 'theirs/dev', head: nodeId(8), is: 'diverged' } }),
        ]),
      moveBranch: (...given) => Promise.resolve(void moved.push(given)),
    });
    const name = 'Fast-forward main to resnet20-device-a-v2';
    await fireEvent.click(await screen.findByRole('button', { name }));
    expect(moved).toEqual([['main', nodeId(3), 'fast-forward']]);
    await fireEvent.click(screen.getByRole('button', { name: 'Merge yunet-2022 and yunet-2023' }));
    expect(session.work).toEqual({ is: 'merge', x: nodeId(7), y: nodeId(8) });
  });

  it('are made at the selected model', async () => {
    const added: unknown[] = [];
    const session = await view({ addBranch: (...given) => Promise.resolve(void added.push(given)) });
    session.select([nodeId(4)]);
    await fireEvent.input(await screen.findByRole('textbox', { name: 'New branch' }), {
      target: { value: 'small' },
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Add branch' }));
    expect(added).toEqual([['small', nodeId(4), '']]);
  }); // prettier-ignore
});

describe('another lineage beside this one', () => {
  it('is taken in whole, or as chosen with what that comes from', async () => {
    const asked: unknown[] = [];
    await view(
      {
        compareLineage: () => Promise.resolve(comparison),
        adoptLineage: (_files, options) => {
          asked.push(options);
          return Promise.resolve(report);
        },
      },
      true,
    );
    await fireEvent.click(await screen.findByRole('button', { name: 'Take in 2 models' }));
    expect(asked).toEqual([{}]);
    const done = await screen.findByRole('region', { name: 'What was taken in' });
    expect(done.textContent).toContain('thin: its content is neither in the file nor here');

    const box = (name: string) => screen.getByRole<HTMLInputElement>('checkbox', { name });
    expect(box('thin').disabled).toBe(true);
    expect(box('gone').checked).toBe(false);
    await fireEvent.click(box('base'));
    expect(box('base')).toMatchObject({ checked: true, disabled: true });
    await fireEvent.click(box('top'));
    expect(box('base')).toMatchObject({ checked: false, disabled: false });
    await fireEvent.click(box('gone'));
    await fireEvent.click(screen.getByRole('button', { name: 'Take in 1 model' }));
    expect(asked[1]).toEqual({ models: ['gone'] });
  });

  it('opens a merge with a model that was changed on both sides, once it is here', async () => {
    const session = await view(
      {
        compareLineage: () => Promise.resolve(comparison),
        adoptLineage: () => Promise.resolve(report),
      },
      true,
    );
    const forks = await screen.findByRole('region', { name: 'Changed on both sides' });
    await fireEvent.click(within(forks).getByRole('button', { name: /^Take in top/ }));
    await screen.findByRole('region', { name: 'What was taken in' });
    expect(session.work).toEqual({ is: 'merge', x: nodeId(3), y: nodeId(1) });
  });
});
