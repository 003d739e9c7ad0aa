import type { RepackPlanView, RepackReport } from '../core/repackViews.ts';
import type { OnProgress, Signal } from './calls.ts';

/** The part of the lineage worker's API that stores chunks in fewer bytes. */
export interface RepackApi {
  /** What repacking would change and gain. Reads the store, changes nothing. */
  planRepack(signal: Signal, onProgress: OnProgress): Promise<RepackPlanView>;
  /**
   * Runs a plan. Cancelled, it reports what was done until then, which stays; so does what was done when
   * the tab is closed.
   *
   * @throws LineageError `job-missing` for a plan that was run or forgotten; `quota-exceeded`.
   */
  runRepack(plan: string, signal: Signal, onProgress: OnProgress): Promise<RepackReport>;
}
