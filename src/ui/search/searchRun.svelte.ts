import type { NodeId, TestId } from '../../core/ids.ts';
import type * as search from '../../core/searchViews.ts';
import type { Task } from '../tasks/task.svelte.ts';

/** A search as it was asked for: what its live display and its result speak of. */
export type Asked =
  | { readonly is: 'origin'; readonly order: search.BisectOrder }
  | { readonly is: 'inheritors'; readonly order: search.InheritOrder }
  | { readonly is: 'layers'; readonly order: search.LocaliseOrder };

export type Report =
  | { readonly is: 'origin'; readonly report: search.BisectReport }
  | { readonly is: 'inheritors'; readonly report: search.InheritReport }
  | { readonly is: 'layers'; readonly report: search.LocaliseReport };

/** One search of this tab: going on, or ended. */
export class SearchRun {
  readonly asked: Asked;
  readonly task: Task;
  /** When it began, of `performance.now()`. */
  readonly began = performance.now();
  // Raw: what comes from the worker is replaced, never edited.
  state = $state.raw<search.SearchState | undefined>(undefined);
  found = $state.raw<Report | undefined>(undefined);

  constructor(asked: Asked, task: Task) {
    this.asked = asked;
    this.task = task;
  }

  get running(): boolean {
    return this.task.running;
  }

  get test(): TestId {
    return this.asked.order.test;
  }

  /** The bad model that it began with. */
  get subject(): NodeId {
    const { asked } = this;
    return asked.is === 'inheritors' ? asked.order.known : asked.order.bad;
  }

  /** Models that were tested, in that order. */
  get tested(): search.SearchState['known'] {
    return (this.state?.known ?? []).filter(({ tested }) => tested);
  }
}
