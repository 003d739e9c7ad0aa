/**
 * The only thread with the database and with tensor bytes. Wires the adapters to the use cases and
 * serves the page.
 */
import { constructLineage } from '../src/app/constructLineage.ts';
import { LineageSession } from '../src/app/lineageSession.ts';
import type { ServicePorts } from '../src/app/service/servicePorts.ts';
import { ContentUse } from '../src/app/storage/contentUse.ts';
import { chunkCodecs } from '../src/codecs/chunkCodecs.ts';
import { modelFingerprinter } from '../src/core/construction/fingerprint.ts';
import { modelFormats } from '../src/formats/modelFormats.ts';
import { serve } from '../src/rpc/wire.ts';
import { browserStorage } from '../src/storage/browserStorage.ts';
import { openStores } from '../src/storage/idb/openStores.ts';
import { subtleHasher } from '../src/storage/subtleHasher.ts';
import { lineageApi } from './lineageApi.ts';

// Started here, awaited in each call: a message that comes before `serve` is lost, so nothing in
// a worker entry waits at the top level.
const wired = wire();

async function wire(): Promise<{ ports: ServicePorts; reset: () => Promise<void> }> {
  const stores = await openStores({ name: 'mgit', codecs: chunkCodecs() });
  const now = () => performance.timeOrigin + performance.now();
  const newId = () => crypto.randomUUID();
  const session = new LineageSession({ log: stores.log, lock: stores.lock, now, newId });
  const ports: ServicePorts = {
    ...stores,
    session,
    use: new ContentUse(stores.content, session),
    formats: modelFormats(),
    hasher: subtleHasher(),
    estimate: browserStorage(),
    fingerprinter: modelFingerprinter,
    construct: constructLineage,
    now,
    newId,
  };
  return { ports, reset: stores.reset };
}

serve(lineageApi(wired));
