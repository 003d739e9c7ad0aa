import { mergeService } from '../src/app/merge/mergeService.ts';
import type { MergeApi } from '../src/rpc/mergeApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that merges models. */
export function mergeApi(wired: Promise<Wired>): MergeApi {
  const merging = wired.then(({ ports }) => mergeService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  merging.catch(() => undefined);
  return {
    mergeBases: async (x, y) => (await merging).mergeBases(x, y),
    planMerge: async (x, y, base, signal, onProgress) =>
      (await merging).planMerge(x, y, base, { signal, onProgress }),
    mergeTensors: async (x, y, base, layer, signal) =>
      (await merging).mergeTensors({ x, y, base, layer }, { signal }),
    previewMerge: async (order, signal, onProgress) =>
      (await merging).previewMerge(order, { signal, onProgress }),
    merge: async (order, signal, onProgress) =>
      (await merging).merge(order, { signal, onProgress }),
  };
}
