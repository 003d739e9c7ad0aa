import type * as cascade from '../core/cascadeViews.ts';
import type { OnProgress, Signal } from './calls.ts';

export type OnCascadeEvent = (event: cascade.CascadeEvent) => void;

/** The part of the lineage worker's API that brings models up to date after a new version of one. */
export interface CascadeApi {
  /**
   * What would be made again, in which order and from what, and what stays. Nothing is changed.
   *
   * @throws LineageError `node-missing`, `cascade-unfit`.
   */
  planCascade(order: cascade.CascadeOrder): Promise<cascade.CascadePlan>;
  /**
   * Runs a plan, made anew. Each item is stored as it is done; on a cancel, a full disk or a closed tab what
   * is left stays pending.
   */
  runCascade(
    order: cascade.CascadeRun,
    signal: Signal,
    onProgress: OnProgress,
    onEvent: OnCascadeEvent,
  ): Promise<cascade.CascadeReport>;
  /** Cascades that are not finished and that no tab is at. */
  pendingCascades(): Promise<cascade.PendingCascadeView[]>;
  /** How a cascade that is not finished stands. @throws LineageError `cascade-missing`. */
  cascadeReport(id: string): Promise<cascade.CascadeReport>;
  /** Goes on, and tries again what failed. @param budget - from now on; the order's where undefined. */
  resumeCascade(
    id: string,
    budget: cascade.CascadeBudget | undefined,
    signal: Signal,
    onProgress: OnProgress,
    onEvent: OnCascadeEvent,
  ): Promise<cascade.CascadeReport>;
  /** Holds the training that it is at, and begins no other item. @throws LineageError `cascade-missing`. */
  pauseCascade(id: string): Promise<void>;
  continueCascade(id: string): Promise<void>;
  /** Forgets what is left to do; what is made stays. @throws LineageError `cascade-missing`. */
  discardCascade(id: string): Promise<void>;
}
