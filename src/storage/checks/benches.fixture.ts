import { deleteIdbDatabase, idbDatabase } from '../idb/idbDatabase.ts';
import { openIdbStores } from '../idb/openIdbStores.ts';
import { memoryDatabase } from '../memory/memoryDatabase.ts';
import { memoryPlace, openMemoryStores } from '../memory/openMemoryStores.ts';
import type { Stores } from '../openStores.ts';
import { memoryHeadRecord } from '../platform/cacheHeadRecord.ts';
import type { StoreBench } from './check.fixture.ts';
import { blendCodec, sparseCodec } from './content.fixture.ts';

const codecs = [sparseCodec, blendCodec];

/** A place in memory. */
export function memoryBench(): StoreBench {
  const place = memoryPlace();
  const opened: Stores[] = [];
  return {
    async open(options = {}) {
      const stores = await openMemoryStores({ place, codecs, ...options });
      opened.push(stores);
      return stores;
    },
    raw: () => Promise.resolve(memoryDatabase(place.disk)),
    end() {
      for (const stores of opened) stores.close();
      return Promise.resolve();
    },
  };
}

let databases = 0;

/** A database of its own in the IndexedDB at hand; it is deleted at the end. */
export function idbBench(packsAs: 'blob' | 'bytes'): StoreBench {
  const name = `mgit-test-${databases++}-${crypto.randomUUID()}`;
  const head = memoryHeadRecord();
  const opened: { close(): void }[] = [];
  return {
    async open(options = {}) {
      const stores = await openIdbStores({ name, codecs, packsAs, head, ...options });
      opened.push(stores);
      return stores;
    },
    async raw() {
      const database = await idbDatabase(name, packsAs);
      opened.push(database);
      return database;
    },
    async end() {
      for (const one of opened) one.close();
      await deleteIdbDatabase(name);
    },
  };
}
