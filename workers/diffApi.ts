import { diffService } from '../src/app/diff/diffService.ts';
import type { DiffApi } from '../src/rpc/diffApi.ts';
import { nextTask } from '../src/storage/platform/nextTask.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that compares models. */
export function diffApi(wired: Promise<Wired>): DiffApi {
  const comparing = wired.then(({ ports }) => diffService({ ...ports, pause: nextTask }));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  comparing.catch(() => undefined);
  return {
    diff: async (a, b, signal) => (await comparing).diff(a, b, { signal }),
    tensorDifferences: async (a, b, pairs, signal, onProgress, onRow) =>
      (await comparing).tensorDifferences(a, b, pairs, { signal, onProgress }, onRow),
    tensorDifference: async (a, b, pair, signal) =>
      (await comparing).tensorDifference(a, b, pair, { signal }),
    tensorTile: async (a, b, pair, order, signal) =>
      (await comparing).tile(a, b, pair, order, { signal }),
  };
}
