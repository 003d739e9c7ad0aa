import { dataService } from '../src/app/data/dataService.ts';
import type { LineageApi } from '../src/rpc/api.ts';
import { sourceOf } from './fileSource.ts';
import { toFile } from './toFile.ts';
import type { Wired } from './wired.ts';

type DataMethods = Pick<
  LineageApi,
  | 'proposeDataset' | 'addDataset' | 'datasetPreview' | 'renameDataset' | 'annotateDataset'
  | 'removeDataset' | 'exportDataset'
>; // prettier-ignore

/** The part of the lineage worker's API that keeps data sets. */
export function dataApi(wired: Promise<Wired>): DataMethods {
  const keeping = wired.then(({ ports }) => dataService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  keeping.catch(() => undefined);
  return {
    proposeDataset: async (files, reading, signal, onProgress) =>
      (await keeping).propose(files.map(sourceOf), reading, { signal, onProgress }),
    addDataset: async (files, options, signal, onProgress) =>
      (await keeping).add(files.map(sourceOf), options, { signal, onProgress }),
    datasetPreview: async (id, signal) => (await keeping).preview(id, { signal }),
    renameDataset: async (id, name) => (await keeping).rename(id, name),
    annotateDataset: async (id, notes) => (await keeping).annotate(id, notes),
    removeDataset: async (id) => (await keeping).remove(id),
    exportDataset: async (id, signal, onProgress) => {
      const files: File[] = [];
      for (const output of await (await keeping).files(id, { signal, onProgress }))
        files.push(await toFile(output));
      return files;
    },
  };
}
