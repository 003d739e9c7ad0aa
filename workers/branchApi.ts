import { branchService } from '../src/app/branches/branchService.ts';
import { LineageError } from '../src/core/lineageError.ts';
import type { LineageArchive } from '../src/core/ports/lineageArchive.ts';
import { openLineageArchive } from '../src/formats/lineageArchive.ts';
import { storedZip } from '../src/formats/zip/storedZip.ts';
import type { IncomingFile } from '../src/rpc/calls.ts';
import type { BranchApi } from '../src/rpc/branchApi.ts';
import { sourceOf } from './fileSource.ts';
import { toFile } from './toFile.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that keeps branches, and exchanges lineages. */
export function branchApi(wired: Promise<Wired>): BranchApi {
  const service = wired.then(({ ports }) => branchService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  service.catch(() => undefined);
  return {
    branches: async () => (await service).list(),
    addBranch: async (...given) => (await service).add(...given),
    moveBranch: async (...given) => (await service).move(...given),
    renameBranch: async (...given) => (await service).rename(...given),
    removeBranch: async (name) => (await service).remove(name),
    exportLineage: async (order, signal, onProgress) => {
      const entries = await (await service).export(order, { signal, onProgress });
      return toFile(storedZip('lineage.mgit.zip', entries));
    },
    compareLineage: async (files) => (await service).compare(await opened(files)),
    adoptLineage: async (files, options, signal, onProgress) =>
      (await service).adopt(await opened(files), options, { signal, onProgress }),
  };
}

async function opened(files: readonly IncomingFile[]): Promise<LineageArchive> {
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new LineageError('lineage-file-invalid', {
      file: `${files.length} files`,
      reason: 'a lineage comes in one file',
    });
  return openLineageArchive(sourceOf(file));
}
