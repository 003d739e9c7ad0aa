import type { Component } from 'svelte';
import type { Work } from './work.ts';

/** A view of the middle: fetched when it is first opened, as the first screen does not need it. */
interface WorkView {
  readonly title: string;
  /** A component of the session and the work (`WorkPane`'s own props). */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each view takes its own kind of work
  readonly load: () => Promise<{ readonly default: Component<any> }>;
}

/** The views of the middle, by what they are about. */
export const workViews: Readonly<Record<Work['is'], WorkView>> = {
  diff: { title: 'Compare models', load: () => import('../diff/DiffView.svelte') },
  tests: { title: 'Tests', load: () => import('../modelTests/TestsView.svelte') },
  merge: { title: 'Merge', load: () => import('../merge/MergeBoard.svelte') },
  lossy: { title: 'Shrink with loss', load: () => import('../lossy/LossyView.svelte') },
  storage: {
    title: 'Where the bytes are',
    load: () => import('../savings/StorageView.svelte'),
  },
  branches: { title: 'Branches', load: () => import('../branches/BranchesView.svelte') },
};
