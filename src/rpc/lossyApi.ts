import type { NodeId } from '../core/ids.ts';
import type * as lossy from '../core/lossyViews.ts';
import type { OnProgress, Signal } from './calls.ts';

/** The part of the lineage worker's API that makes models lossy. */
export interface LossyApi {
  /**
   * What models would take at several ε; with `tests`, what these would say. Nothing is made.
   *
   * @throws LineageError `node-missing`; `recipe-invalid` for an ε that is none.
   */
  previewLossy(
    order: lossy.LossyPreviewOrder,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<lossy.LossyCurve[]>;
  /**
   * Makes lossy versions of models, where their tests allow it; originals stay.
   *
   * @throws LineageError `lossy-refused` for a model without a test, or lossy already; `recipe-invalid`;
   *   `node-missing`; `quota-exceeded`.
   */
  makeLossy(
    order: lossy.LossyOrder,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<lossy.LossyReport>;
  /** What a lossy model lost and gained; undefined for an exact one. @throws LineageError `node-missing`. */
  lossyReceipt(id: NodeId): Promise<lossy.LossyReceipt | undefined>;
  /**
   * Removes lossy models; their originals take their places.
   *
   * @returns the originals.
   * @throws LineageError `lossy-refused` where there is none; `node-missing`.
   */
  promoteLossy(ids: readonly NodeId[]): Promise<NodeId[]>;
  /**
   * Removes the originals of lossy models, which take their places. Bytes come free when they are collected.
   *
   * @returns the originals' ids.
   * @throws LineageError `lossy-refused` where there is none; `node-missing`.
   */
  releaseLossy(ids: readonly NodeId[]): Promise<NodeId[]>;
}
