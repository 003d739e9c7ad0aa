import { importModels } from '../src/app/import/importModels.ts';
import type { ImportId } from '../src/core/ids.ts';
import { LineageError } from '../src/core/lineageError.ts';
import type { PendingImport } from '../src/core/ports/lineageLog.ts';
import type { ByteSource } from '../src/core/ports/modelFormats.ts';
import type { Run } from '../src/core/ports/run.ts';
import type { ImportOptions } from '../src/core/views.ts';
import type { LineageApi } from '../src/rpc/api.ts';
import type { IncomingFile } from '../src/rpc/calls.ts';
import { sourceOf } from './fileSource.ts';
import type { Wired } from './wired.ts';

type ImportMethods = Pick<
  LineageApi,
  'importFiles' | 'pendingImports' | 'pendingHandles' | 'resumeImport' | 'discardImport'
>;

/** The part of the lineage worker's API that imports, and goes on with imports that a crash ended. */
export function importApi(wired: Promise<Wired>): ImportMethods {
  const found = async (id: ImportId): Promise<PendingImport> => {
    const pending = (await (await wired).ports.log.pendingImports()).find((one) => one.id === id);
    if (pending === undefined) throw new LineageError('import-missing', { id });
    return pending;
  };
  const run = async (pending: PendingImport, files: readonly ByteSource[], run: Run) =>
    importModels(
      (await wired).ports,
      { files, options: pending.options as ImportOptions, pending },
      run,
    );
  return {
    importFiles: async (files, options, signal, onProgress) => {
      const { ports } = await wired;
      const pending = pendingOf(files, options, ports.newId() as ImportId, ports.now());
      return run(pending, files.map(sourceOf), { signal, onProgress });
    },
    pendingImports: async () => {
      const pending = await (await wired).ports.log.pendingImports();
      return pending
        .filter((one) => one.running !== true && one.job === undefined)
        .map(({ id, startedAt, paths, handles }) => ({
          id,
          startedAt,
          paths,
          resumable: handles.length === paths.length,
        }));
    },
    pendingHandles: async (id) => (await found(id)).handles,
    resumeImport: async (id, signal, onProgress) => {
      const pending = await found(id);
      const files = await Promise.all(
        pending.handles.map(async (handle, index) =>
          sourceOf({
            file: await (handle as FileSystemFileHandle).getFile(),
            path: pending.paths[index] ?? '',
          }),
        ),
      );
      return run(pending, files, { signal, onProgress });
    },
    discardImport: async (id) => {
      const { ports } = await wired;
      const session = await ports.content.session(id);
      await session.discard();
      await ports.log.endImport(id);
    },
  };
}

function pendingOf(
  files: readonly IncomingFile[],
  options: ImportOptions,
  id: ImportId,
  startedAt: number,
): PendingImport {
  return {
    id,
    startedAt,
    paths: files.map((file) => file.path),
    handles: files.flatMap((file) => (file.handle === undefined ? [] : [file.handle])),
    options,
  };
}
