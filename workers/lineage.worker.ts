/**
 * The only thread with the database and with tensor bytes. Wires the adapters to the use cases and
 * serves the page.
 */
import { constructionMemory } from '../src/app/constructLineage.ts';
import { LineageSession } from '../src/app/lineageSession.ts';
import { reviseLineage } from '../src/app/reviseLineage.ts';
import { threadedCompute } from '../src/app/compute/threadedCompute.ts';
import { DataCache } from '../src/app/data/readData.ts';
import { creationFunctions, functionOf } from '../src/app/functions/registry.ts';
import { TestMemory } from '../src/app/modelTests/testMemory.ts';
import type { TestPorts } from '../src/app/modelTests/testPorts.ts';
import { ContentUse } from '../src/app/storage/contentUse.ts';
import { appName } from '../src/compute/appName.ts';
import { chunkCodecs } from '../src/codecs/chunkCodecs.ts';
import { modelFingerprinter } from '../src/core/construction/fingerprint.ts';
import { dataReader } from '../src/formats/data/dataReader.ts';
import { modelFormats } from '../src/formats/modelFormats.ts';
import { connectCompute } from '../src/rpc/computeWire.ts';
import type { StartCompute } from '../src/rpc/startCompute.ts';
import { serve } from '../src/rpc/wire.ts';
import { quickJsSandbox } from '../src/sandbox/quickJsSandbox.ts';
import { browserStorage } from '../src/storage/browserStorage.ts';
import { openIdbStores } from '../src/storage/idb/openIdbStores.ts';
import { subtleHasher } from '../src/storage/subtleHasher.ts';
import { imageDecoder } from './imageDecoder.ts';
import { lineageApi } from './lineageApi.ts';
import { nextTask } from '../src/storage/platform/nextTask.ts';
import type { Wired } from './wired.ts';

/** How compute devices are started: the page says so, first of all. */
const compute: { promise: Promise<StartCompute>; attach: (start: StartCompute) => void } =
  attachment();

function attachment() {
  let attach: (start: StartCompute) => void = () => undefined;
  const promise = new Promise<StartCompute>((resolve) => {
    attach = resolve;
  });
  return { promise, attach };
}

async function wire(): Promise<Wired> {
  const now = () => performance.timeOrigin + performance.now();
  const newId = () => crypto.randomUUID();
  const hasher = subtleHasher();
  const stores = await openIdbStores({ name: 'mgit', codecs: chunkCodecs() });
  const session = new LineageSession({ log: stores.log, lock: stores.lock, now, newId });
  const memory = constructionMemory();
  const ports: TestPorts = {
    ...stores,
    session,
    use: new ContentUse(stores.content, session),
    formats: modelFormats(),
    hasher,
    estimate: browserStorage(navigator.storage),
    fingerprinter: modelFingerprinter,
    construct: (reading, graph, ids, run) =>
      reviseLineage({ ...reading, pause: nextTask }, graph, ids, run, memory),
    compute: threadedCompute({
      start: async (threads) => connectCompute(await (await compute.promise)(threads)),
      cores: self.crossOriginIsolated ? navigator.hardwareConcurrency : 1,
    }),
    data: dataReader({ images: imageDecoder, pause: nextTask }),
    dataCache: new DataCache(),
    sandbox: quickJsSandbox(() => performance.now()),
    tested: new TestMemory(),
    running: new Map(),
    unsaved: new Map(),
    functions: creationFunctions,
    functionOf,
    app: appName,
    now,
    newId,
  };
  return { ports, stores };
}

// Started here, awaited in each call: a message that comes before `serve` is lost, so nothing in
// a worker entry waits at the top level.
serve(
  lineageApi(wire(), (start) => {
    compute.attach(start);
    return Promise.resolve();
  }),
);
