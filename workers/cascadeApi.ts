import { cascadeService } from '../src/app/cascade/cascadeService.ts';
import type { CascadeApi } from '../src/rpc/cascadeApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that brings models up to date after a new version of one. */
export function cascadeApi(wired: Promise<Wired>): CascadeApi {
  const cascading = wired.then(({ ports }) => cascadeService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  cascading.catch(() => undefined);
  return {
    planCascade: async (order) => (await cascading).planCascade(order),
    runCascade: async (order, signal, onProgress, onEvent) =>
      (await cascading).runCascade(order, { signal, onProgress }, onEvent),
    pendingCascades: async () => (await cascading).pendingCascades(),
    cascadeReport: async (id) => (await cascading).cascadeReport(id),
    resumeCascade: async (id, budget, signal, onProgress, onEvent) =>
      (await cascading).resumeCascade(id, budget, { signal, onProgress }, onEvent),
    pauseCascade: async (id) => (await cascading).pauseCascade(id),
    continueCascade: async (id) => (await cascading).continueCascade(id),
    discardCascade: async (id) => (await cascading).discardCascade(id),
  };
}
