import type { GraphData } from '../core/lineage/graph.ts';
import { lineageOf } from '../core/lineage/lineage.ts';
import { walk } from '../core/lineage/walk.ts';
import { LineageError } from '../core/lineageError.ts';
import { conditionOf } from '../core/search/condition.ts';
import type { SearchApi } from '../rpc/searchApi.ts';

/** Walks a graph whose models nothing was tested of; a search finds nothing. For tests of the interface. */
export function fakeSearch(graph: () => GraphData): SearchApi {
  const nothing = () =>
    Promise.reject(new LineageError('search-unfit', { reason: 'no model was tested' }));
  const met = (condition: Parameters<typeof conditionOf>[0]) =>
    conditionOf(condition, () => undefined);
  return {
    walk: ({ skip, stop, ...order }) =>
      Promise.resolve([
        ...walk(lineageOf(graph()), {
          ...order,
          ...(skip === undefined ? {} : { skip: met(skip) }),
          ...(stop === undefined ? {} : { stop: met(stop) }),
        }),
      ]),
    bisect: nothing,
    inheritors: nothing,
    localise: nothing,
  };
}
