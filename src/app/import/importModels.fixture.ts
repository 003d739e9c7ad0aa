import { chunkCodecs } from '../../codecs/chunkCodecs.ts';
import { modelFingerprinter } from '../../core/construction/fingerprint.ts';
import type { ImportId } from '../../core/ids.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { ImportOptions, ImportReport } from '../../core/views.ts';
import { modelFormats } from '../../formats/modelFormats.ts';
import {
  memoryPlace,
  openMemoryStores,
  type MemoryPlace,
} from '../../storage/memory/openMemoryStores.ts';
import type { Stores } from '../../storage/openStores.ts';
import { subtleHasher } from '../../storage/subtleHasher.ts';
import { LineageSession } from '../lineageSession.ts';
import { reviseLineage } from '../reviseLineage.ts';
import type { ServicePorts } from '../service/servicePorts.ts';
import { ContentUse } from '../storage/contentUse.ts';
import { importModels } from './importModels.ts';

/** The use cases on a store in memory. */
export interface TestBench {
  readonly ports: ServicePorts;
  readonly stores: Stores;
  readonly place: MemoryPlace;
  importFiles(
    files: readonly ByteSource[],
    options?: ImportOptions,
    run?: Partial<Run>,
  ): Promise<ImportReport>;
}

export const noRun: Run = { signal: new AbortController().signal };

let ids = 0;

export async function testBench(place = memoryPlace()): Promise<TestBench> {
  const stores = await openMemoryStores({ place, codecs: chunkCodecs() });
  const now = () => performance.now();
  const newId = () => `id-${ids++}`;
  const session = new LineageSession({ log: stores.log, lock: stores.lock, now, newId });
  const ports: ServicePorts = {
    ...stores,
    session,
    use: new ContentUse(stores.content, session),
    formats: modelFormats(),
    hasher: subtleHasher(),
    estimate: {
      estimate: () => Promise.resolve({ usage: undefined, quota: undefined, persisted: false }),
    },
    fingerprinter: modelFingerprinter,
    construct: (reading, graph, models, run) => reviseLineage(reading, graph, models, run),
    now,
    newId,
  };
  return {
    ports,
    stores,
    place,
    importFiles: (files, options = {}, run = {}) =>
      importModels(
        ports,
        {
          files,
          options,
          pending: {
            id: newId() as ImportId,
            startedAt: now(),
            paths: files.map((file) => file.path),
            handles: [],
            options,
          },
        },
        { ...noRun, ...run },
      ),
  };
}
