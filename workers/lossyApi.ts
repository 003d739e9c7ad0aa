import { lossyService } from '../src/app/lossy/lossyService.ts';
import { stepsCodec } from '../src/codecs/steps/stepsCodec.ts';
import type { LossyApi } from '../src/rpc/lossyApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that makes models lossy. */
export function lossyApi(wired: Promise<Wired>): LossyApi {
  const lossy = wired.then(({ ports }) => lossyService(ports, stepsCodec));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  // What a closed tab left half made is of no use to anyone.
  lossy.then((service) => service.dropInterrupted()).catch(() => undefined);
  return {
    previewLossy: async (order, signal, onProgress) =>
      (await lossy).previewLossy(order, { signal, onProgress }),
    makeLossy: async (order, signal, onProgress) =>
      (await lossy).makeLossy(order, { signal, onProgress }),
    lossyReceipt: async (id) => (await lossy).lossyReceipt(id),
    promoteLossy: async (ids) => (await lossy).promoteLossy(ids),
    releaseLossy: async (ids) => (await lossy).releaseLossy(ids),
  };
}
