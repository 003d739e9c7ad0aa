import type {
  ModelDiff,
  TensorDifference,
  TensorDifferenceDetail,
  Tile,
  TileOrder,
} from '../core/diffViews.ts';
import type { NodeId } from '../core/ids.ts';
import type { Cancellation, Progress } from '../core/ports/run.ts';

/** What the lineage worker does about comparing models. */
export interface DiffApi {
  /** By structure and content ids: no tensor is read. */
  diff(a: NodeId, b: NodeId, signal: Cancellation): Promise<ModelDiff>;
  /**
   * How tensors differ, small ones first, each told as soon as it is known; at the end all.
   *
   * @param pairs - indices into `ModelDiff.tensors`; the changed ones when undefined.
   */
  tensorDifferences(
    a: NodeId,
    b: NodeId,
    pairs: readonly number[] | undefined,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
    onRow: (row: TensorDifference) => void,
  ): Promise<TensorDifference[]>;
  /** @throws LineageError `format-unsupported` for a pair that has no difference. */
  tensorDifference(
    a: NodeId,
    b: NodeId,
    pair: number,
    signal: Cancellation,
  ): Promise<TensorDifferenceDetail>;
  /** Reads only the chunks that the rectangle touches. */
  tensorTile(
    a: NodeId,
    b: NodeId,
    pair: number,
    order: TileOrder,
    signal: Cancellation,
  ): Promise<Tile>;
}
