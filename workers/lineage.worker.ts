/**
 * The only thread with the database and with tensor bytes. Wires the adapters to the use cases and
 * serves the page.
 */
import { constructionMemory } from '../src/app/constructLineage.ts';
import { LineageSession } from '../src/app/lineageSession.ts';
import { reviseLineage } from '../src/app/reviseLineage.ts';
import type { ServicePorts } from '../src/app/service/servicePorts.ts';
import { ContentUse } from '../src/app/storage/contentUse.ts';
import { chunkCodecs } from '../src/codecs/chunkCodecs.ts';
import { modelFingerprinter } from '../src/core/construction/fingerprint.ts';
import { modelFormats } from '../src/formats/modelFormats.ts';
import { serve } from '../src/rpc/wire.ts';
import { browserStorage } from '../src/storage/browserStorage.ts';
import { openIdbStores } from '../src/storage/idb/openIdbStores.ts';
import { subtleHasher } from '../src/storage/subtleHasher.ts';
import { lineageApi } from './lineageApi.ts';
import { nextTask } from '../src/storage/platform/nextTask.ts';
import type { Wired } from './wired.ts';

async function wire(): Promise<Wired> {
  const now = () => performance.timeOrigin + performance.now();
  const newId = () => crypto.randomUUID();
  const hasher = subtleHasher();
  const stores = await openIdbStores({ name: 'mgit', codecs: chunkCodecs() });
  const session = new LineageSession({ log: stores.log, lock: stores.lock, now, newId });
  const memory = constructionMemory();
  const ports: ServicePorts = {
    ...stores,
    session,
    use: new ContentUse(stores.content, session),
    formats: modelFormats(),
    hasher,
    estimate: browserStorage(navigator.storage),
    fingerprinter: modelFingerprinter,
    construct: (reading, graph, ids, run) =>
      reviseLineage({ ...reading, pause: nextTask }, graph, ids, run, memory),
    now,
    newId,
  };
  return { ports, stores };
}

// Started here, awaited in each call: a message that comes before `serve` is lost, so nothing in
// a worker entry waits at the top level.
serve(lineageApi(wire()));
