import { editService } from '../src/app/service/editService.ts';
import { inspectService } from '../src/app/service/inspectService.ts';
import type { LineageApi } from '../src/rpc/api.ts';
import { branchApi } from './branchApi.ts';
import { cascadeApi } from './cascadeApi.ts';
import { createApi } from './createApi.ts';
import { dataApi } from './dataApi.ts';
import { diffApi } from './diffApi.ts';
import { exportApi } from './exportApi.ts';
import { importApi } from './importApi.ts';
import { lossyApi } from './lossyApi.ts';
import { mergeApi } from './mergeApi.ts';
import { savingsApi } from './savingsApi.ts';
import { repackApi } from './repackApi.ts';
import { searchApi } from './searchApi.ts';
import { testApi } from './testApi.ts';
import type { Wired } from './wired.ts';

/**
 * The lineage worker's API on use cases that are still being wired: each call waits for them. Turns
 * `File`s into byte sources on the way in, and streams into `File`s on the way out.
 */
export function lineageApi(
  wired: Promise<Wired>,
  attachCompute: LineageApi['attachCompute'],
): LineageApi {
  const services = wired.then(({ ports }) => ({
    ports,
    edit: editService(ports),
    inspect: inspectService(ports),
  }));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  services.catch(() => undefined);
  const edit = async () => (await services).edit;
  const inspect = async () => (await services).inspect;
  const ports = async () => (await services).ports;
  return {
    ...featureApis(wired),
    attachCompute,
    start: async () => {
      const expectedModels = await (await wired).stores.evictedModels();
      return { is: expectedModels === 0 ? 'ready' : 'evicted', expectedModels };
    },
    graph: async () => (await inspect()).graph(),
    subscribe: async (listener) => {
      (await ports()).session.subscribe(listener);
    },
    rename: async (...given) => (await edit()).rename(...given),
    annotate: async (...given) => (await edit()).annotate(...given),
    tag: async (...given) => (await edit()).tag(...given),
    setModelType: async (...given) => (await edit()).setModelType(...given),
    connect: async (order) => (await edit()).connect(order),
    disconnect: async (order) => (await edit()).disconnect(order),
    confirm: async (order) => (await edit()).confirm(order),
    reverse: async (order) => (await edit()).reverse(order),
    reject: async (order) => (await edit()).reject(order),
    removePreview: async (ids) => (await edit()).removePreview(ids),
    remove: async (...given) => (await edit()).remove(...given),
    infer: async (ids, signal, onProgress) => (await edit()).infer(ids, { signal, onProgress }),
    undo: async () => (await edit()).undo(),
    redo: async () => (await edit()).redo(),
    history: async (id) => (await edit()).history(id),
    tensors: async (id) => (await inspect()).tensors(id),
    tensorStatistics: async (id, tensor, signal) =>
      (await inspect()).tensorStatistics(id, tensor, { signal }),
    architecture: async (id) =>
      (await inspect()).architecture(id, { signal: new AbortController().signal }),
    storage: async (ids) => (await inspect()).storage(ids),
    nodeStorage: async (id) => (await inspect()).nodeStorage(id),
    fsck: async (signal, onProgress) => (await inspect()).fsck({ signal, onProgress }),
    collect: async (keepUndo, signal, onProgress) =>
      (await inspect()).collect({ signal, onProgress }, keepUndo),
    reset: async () => {
      const { stores } = await wired;
      await stores.erase();
      (await ports()).session.forget();
    },
  };
}

/** One part for each feature, wired the same way. */
function featureApis(wired: Promise<Wired>) {
  return {
    ...importApi(wired),
    ...exportApi(wired),
    ...createApi(wired),
    ...branchApi(wired),
    ...cascadeApi(wired),
    ...diffApi(wired),
    ...dataApi(wired),
    ...lossyApi(wired),
    ...mergeApi(wired),
    ...repackApi(wired),
    ...savingsApi(wired),
    ...searchApi(wired),
    ...testApi(wired),
  };
}
