import type { NodeId } from '../core/ids.ts';
import type * as merging from '../core/mergeViews.ts';
import type { OnProgress, Signal } from './calls.ts';

/** The part of the lineage worker's API that merges models. */
export interface MergeApi {
  /** The best common ancestors of two models; none where they are not related. @throws LineageError `node-missing`. */
  mergeBases(x: NodeId, y: NodeId): Promise<NodeId[]>;
  /**
   * What a merge would be, layer by layer. Nothing is changed.
   *
   * @param base - instead of the best common ancestor nearest in content.
   * @throws LineageError `merge-refused` without a common ancestor or a base; `node-missing`.
   */
  planMerge(
    x: NodeId,
    y: NodeId,
    base: NodeId | undefined,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<merging.MergePlan>;
  /** What each side did to each tensor of one layer of a plan. @throws LineageError as `planMerge`. */
  mergeTensors(
    x: NodeId,
    y: NodeId,
    base: NodeId,
    layer: string,
    signal: Signal,
  ): Promise<merging.MergeTensor[]>;
  /** Runs the tests of the base and both sides on the merge, which is not stored. @throws as `merge`. */
  previewMerge(
    order: merging.MergeOrder,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<merging.MergePreview>;
  /**
   * Stores the merge as the next version of both, in one step of the history.
   *
   * @throws LineageError `merge-refused`, `merge-conflict`, `recipe-invalid`, `name-invalid`.
   */
  merge(
    order: merging.MergeOrder,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<merging.MergeReport>;
}
