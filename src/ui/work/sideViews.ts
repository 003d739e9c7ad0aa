import type { Component } from 'svelte';
import type { Side } from './work.ts';

/** A view of the right: fetched when it is first opened. */
interface SideView {
  readonly title: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each view takes its own kind of side
  readonly load: () => Promise<{ readonly default: Component<any> }>;
}

/** The views at the right, by what they are about. */
export const sideViews: Readonly<Record<Side['is'], SideView>> = {
  search: { title: 'Find a fault', load: () => import('../search/SearchPanel.svelte') },
  repack: { title: 'Repack advice', load: () => import('../repack/RepackPanel.svelte') },
  cascade: { title: 'Update cascade', load: () => import('../cascade/CascadePanel.svelte') },
};
