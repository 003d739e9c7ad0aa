import type { NodeId } from '../core/ids.ts';
import type { GraphData } from '../core/lineage/graph.ts';
import type * as lossy from '../core/lossyViews.ts';
import type { LossyApi } from '../rpc/lossyApi.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedModel } from './named.ts';

/** One model or several, by id or name. */
type NamedModels = NamedModel | readonly NamedModel[];

/** How a curve is found. */
export type LossyPreviewCall = LongCall & Pick<lossy.LossyPreviewOrder, 'tests' | 'device'>;

/** What may be lost, and what to do where a test gets worse. */
export type LossyCall = LongCall & Omit<lossy.LossyOrder, 'nodes'>;

/**
 * Lossy models with receipts, for scripts.
 *
 * Source: docs/api.md.
 */
export interface LossyMgit {
  readonly lossy: {
    /** What models would take at several ε: a curve for each of them. Nothing is made. */
    preview(
      models: NamedModels,
      options: readonly lossy.LossyOptions[],
      call?: LossyPreviewCall,
    ): Promise<lossy.LossyCurve[]>;
    /** Makes lossy versions, parents first, where every test stays within its tolerance. */
    make(models: NamedModels, call: LossyCall): Promise<lossy.LossyReport>;
    /** What a lossy model lost and gained; undefined for an exact one. */
    receipt(model: NamedModel): Promise<lossy.LossyReceipt | undefined>;
    /** Removes lossy models and gives their originals their places back. */
    promote(models: NamedModels): Promise<NodeId[]>;
    /** Removes the originals; lossy models take their places. */
    release(models: NamedModels): Promise<NodeId[]>;
  };
}

/** What these calls need of the worker. */
export type LossyCalls = LossyApi & { readonly graph: () => Promise<GraphData> };

/** The calls about lossy models over the wire to the lineage worker. */
export function lossyCalls(lineage: LossyCalls): LossyMgit {
  const find = names(() => lineage.graph());
  const all = (models: NamedModels) => find.models(typeof models === 'string' ? [models] : models);
  return {
    lossy: {
      preview: async (models, options, { tests, device, ...call } = {}) =>
        lineage.previewLossy(
          {
            nodes: await all(models),
            options,
            ...(tests === undefined ? {} : { tests }),
            ...(device === undefined ? {} : { device }),
          },
          ...run(call),
        ),
      make: async (models, { signal, onProgress, ...order }) =>
        lineage.makeLossy(
          { ...order, nodes: await all(models) },
          ...run({
            ...(signal === undefined ? {} : { signal }),
            ...(onProgress === undefined ? {} : { onProgress }),
          }),
        ),
      receipt: async (model) => lineage.lossyReceipt(await find.model(model)),
      promote: async (models) => lineage.promoteLossy(await all(models)),
      release: async (models) => lineage.releaseLossy(await all(models)),
    },
  };
}
