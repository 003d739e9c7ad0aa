import { exportModels, exportSafetensors } from '../src/app/exportModels.ts';
import { storedZip } from '../src/formats/zip/storedZip.ts';
import type { LineageApi } from '../src/rpc/api.ts';
import { toFile } from './toFile.ts';
import type { Wired } from './wired.ts';

type ExportMethods = Pick<LineageApi, 'exportFiles' | 'exportSafetensors' | 'exportZip'>;

/** The part of the lineage worker's API that gives models back: streams become `File`s. */
export function exportApi(wired: Promise<Wired>): ExportMethods {
  const ports = async () => (await wired).ports;
  return {
    exportFiles: async (id, signal, onProgress) => {
      const models = await exportModels(await ports(), [id], { signal, onProgress });
      const files: File[] = [];
      for (const output of models.flatMap((model) => model.files)) files.push(await toFile(output));
      return files;
    },
    exportSafetensors: async (id, signal, onProgress) =>
      toFile(await exportSafetensors(await ports(), id, { signal, onProgress })),
    exportZip: async (ids, signal, onProgress) => {
      const models = await exportModels(await ports(), ids, { signal, onProgress });
      // A folder a model: two models may have files of one name.
      const entries = models.flatMap((model) =>
        model.files.map((file) => ({ ...file, name: `${folderName(model.name)}/${file.name}` })),
      );
      return toFile(storedZip('models.zip', entries));
    },
  };
}

/** A name that is a folder on every system. */
function folderName(name: string): string {
  return name.replace(/[\\/:*?"<>|]/g, '_');
}
