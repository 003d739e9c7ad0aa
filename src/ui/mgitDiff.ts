import type {
  ModelDiff,
  TensorDifference,
  TensorDifferenceDetail,
  Tile,
  TileOrder,
} from '../core/diffViews.ts';
import type { LineageApi } from '../rpc/api.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedModel } from './named.ts';

/** A long call that compares tensors: also told of each as soon as it is known. */
export interface DifferencesCall extends LongCall {
  /** Indices into `diff.tensors`; the changed ones where left out. */
  readonly pairs?: readonly number[];
  readonly onRow?: (row: TensorDifference) => void;
}

/**
 * Comparing models, for scripts.
 *
 * Source: docs/api.md.
 */
export interface DiffMgit {
  diff(a: NamedModel, b: NamedModel, options?: LongCall): Promise<ModelDiff>;
  /** How tensors differ, by pair. */
  tensorDifferences(
    a: NamedModel,
    b: NamedModel,
    options?: DifferencesCall,
  ): Promise<TensorDifference[]>;
  /** @param pair - index into `diff.tensors`. */
  tensorDifference(
    a: NamedModel,
    b: NamedModel,
    pair: number,
    options?: LongCall,
  ): Promise<TensorDifferenceDetail>;
  tensorTile(
    a: NamedModel,
    b: NamedModel,
    pair: number,
    order: TileOrder,
    options?: LongCall,
  ): Promise<Tile>;
}

const silent = (): void => undefined;

/** The calls about comparing models over the wire to the lineage worker. */
export function diffCalls(lineage: LineageApi): DiffMgit {
  const find = names(() => lineage.graph());
  const both = async (a: NamedModel, b: NamedModel) =>
    [await find.model(a), await find.model(b)] as const;
  return {
    diff: async (a, b, options) => lineage.diff(...(await both(a, b)), run(options)[0]),
    tensorDifferences: async (a, b, options) => {
      const rows = await lineage.tensorDifferences(
        ...(await both(a, b)),
        options?.pairs,
        ...run(options),
        options?.onRow ?? silent,
      );
      return rows.sort((p, q) => p.pair - q.pair);
    },
    tensorDifference: async (a, b, pair, options) =>
      lineage.tensorDifference(...(await both(a, b)), pair, run(options)[0]),
    tensorTile: async (a, b, pair, order, options) =>
      lineage.tensorTile(...(await both(a, b)), pair, order, run(options)[0]),
  };
}
