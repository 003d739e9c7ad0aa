import type { GraphData } from '../core/lineage/graph.ts';
import type { NodeId } from '../core/ids.ts';
import type * as merging from '../core/mergeViews.ts';
import type { MergeApi } from '../rpc/mergeApi.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedModel } from './named.ts';

/** What to merge, models by id or name. */
export type MergeOptions = Omit<merging.MergeOrder, 'x' | 'y' | 'base'> & {
  readonly x: NamedModel;
  readonly y: NamedModel;
  /** Instead of the best common ancestor. */
  readonly base?: NamedModel;
};

/**
 * Merging models, for scripts.
 *
 * Source: docs/api.md.
 */
export interface MergeMgit {
  /** The best common ancestors of two models, by either kind of edge. */
  mergeBases(x: NamedModel, y: NamedModel): Promise<NodeId[]>;
  readonly merge: {
    /** What a merge would be, layer by layer. */
    plan(
      x: NamedModel,
      y: NamedModel,
      base?: NamedModel,
      options?: LongCall,
    ): Promise<merging.MergePlan>;
    /** What each side did to each tensor of one layer of the plan, by the layer's `id`. */
    tensors(
      x: NamedModel,
      y: NamedModel,
      base: NamedModel,
      layer: string,
      options?: LongCall,
    ): Promise<merging.MergeTensor[]>;
    /** The tests of both sides on the merge; nothing is stored. */
    preview(order: MergeOptions, options?: LongCall): Promise<merging.MergePreview>;
    run(order: MergeOptions, options?: LongCall): Promise<merging.MergeReport>;
  };
}

/** What these calls need of the worker. */
export type MergeCalls = MergeApi & { readonly graph: () => Promise<GraphData> };

/** The calls about merging over the wire to the lineage worker. */
export function mergeCalls(lineage: MergeCalls): MergeMgit {
  const find = names(() => lineage.graph());
  const ordered = async ({ x, y, base, ...rest }: MergeOptions): Promise<merging.MergeOrder> => ({
    ...rest,
    x: await find.model(x),
    y: await find.model(y),
    ...(base === undefined ? {} : { base: await find.model(base) }),
  });
  return {
    mergeBases: async (x, y) => lineage.mergeBases(await find.model(x), await find.model(y)),
    merge: {
      plan: async (x, y, base, options) =>
        lineage.planMerge(
          await find.model(x),
          await find.model(y),
          base === undefined ? undefined : await find.model(base),
          ...run(options),
        ),
      tensors: async (x, y, base, layer, options) =>
        lineage.mergeTensors(
          await find.model(x),
          await find.model(y),
          await find.model(base),
          layer,
          run(options)[0],
        ),
      preview: async (order, options) =>
        lineage.previewMerge(await ordered(order), ...run(options)),
      run: async (order, options) => lineage.merge(await ordered(order), ...run(options)),
    },
  };
}
