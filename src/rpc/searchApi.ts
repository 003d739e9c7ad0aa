import type { NodeId } from '../core/ids.ts';
import type { Cancellation, Progress } from '../core/ports/run.ts';
import type * as search from '../core/searchViews.ts';

/** Told where a search stands, after each test. */
export type OnSearchState = (state: search.SearchState) => void;

/** The part of the lineage worker's API that walks the lineage and searches it for a fault. */
export interface SearchApi {
  /** Conditions on tests go by results that are there; none is run. */
  walk(order: search.WalkOrder): Promise<NodeId[]>;
  /** @throws LineageError `search-unfit`, `test-missing`, `node-missing`. */
  bisect(
    order: search.BisectOrder,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
    onState: OnSearchState,
  ): Promise<search.BisectReport>;
  inheritors(
    order: search.InheritOrder,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
    onState: OnSearchState,
  ): Promise<search.InheritReport>;
  localise(
    order: search.LocaliseOrder,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
    onState: OnSearchState,
  ): Promise<search.LocaliseReport>;
}
