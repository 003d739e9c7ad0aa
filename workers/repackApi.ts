import { repackService } from '../src/app/repack/repackService.ts';
import { chunkCodecs } from '../src/codecs/chunkCodecs.ts';
import type { RepackApi } from '../src/rpc/repackApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that stores chunks in fewer bytes. */
export function repackApi(wired: Promise<Wired>): RepackApi {
  const repacking = wired.then(({ ports }) => repackService({ ...ports, codecs: chunkCodecs() }));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  repacking.catch(() => undefined);
  return {
    planRepack: async (signal, onProgress) => (await repacking).plan({ signal, onProgress }),
    runRepack: async (plan, signal, onProgress) =>
      (await repacking).run(plan, { signal, onProgress }),
  };
}
