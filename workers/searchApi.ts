import { judgeOf } from '../src/app/modelTests/judge.ts';
import { currentVerdicts } from '../src/app/search/currentVerdicts.ts';
import { searchService } from '../src/app/search/searchService.ts';
import type { SearchApi } from '../src/rpc/searchApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that walks the lineage and searches it for a fault. */
export function searchApi(wired: Promise<Wired>): SearchApi {
  const searching = wired.then(({ ports }) =>
    searchService({
      ...ports,
      judge: judgeOf(ports),
      verdicts: (lineage, tests) => currentVerdicts(ports, lineage, tests),
    }),
  );
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  searching.catch(() => undefined);
  return {
    walk: async (order) => (await searching).walk(order),
    bisect: async (order, signal, onProgress, onState) =>
      (await searching).bisect(order, { signal, onProgress }, onState),
    inheritors: async (order, signal, onProgress, onState) =>
      (await searching).inheritors(order, { signal, onProgress }, onState),
    localise: async (order, signal, onProgress, onState) =>
      (await searching).localise(order, { signal, onProgress }, onState),
  };
}
