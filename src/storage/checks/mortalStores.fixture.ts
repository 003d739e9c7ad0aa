import { idbDatabase, deleteIdbDatabase } from '../idb/idbDatabase.ts';
import { memoryDatabase, memoryDisk } from '../memory/memoryDatabase.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import { storesOn, type Stores } from '../openStores.ts';
import { processAnnouncer } from '../platform/announcer.ts';
import { memoryHeadRecord } from '../platform/cacheHeadRecord.ts';
import { lockTable, processLocks } from '../platform/locks.ts';
import { nextTask } from '../platform/nextTask.ts';
import { subtleHasher } from '../subtleHasher.ts';
import { blendCodec, sparseCodec } from './content.fixture.ts';

/** What a tab that was killed throws from everything it goes on to do. */
export class Killed extends Error {}

/** When a tab dies: at its nth write from now, with that write done or not. */
export interface Death {
  readonly afterWrites: number;
  readonly written: boolean;
}

/** A tab that can be killed at a transaction, or made to wait before one. */
export interface MortalStores extends Stores {
  dieAt(death: Death): void;
  /** Does `work`, as another tab would, right before the nth write from now. */
  interrupt(afterWrites: number, work: () => Promise<void>): void;
}

/** A place for tabs that die. */
export interface MortalBench {
  open(): Promise<MortalStores>;
  raw(): Promise<RecordDatabase>;
  end(): Promise<void>;
}

/** A place in memory, or in the IndexedDB at hand. */
export function mortalBench(on: 'memory' | 'indexeddb'): MortalBench {
  const disk = memoryDisk();
  const name = `mgit-mortal-${crypto.randomUUID()}`;
  const table = lockTable();
  const bus = new Set<() => void>();
  const head = memoryHeadRecord();
  const opened: RecordDatabase[] = [];
  const raw = async () => {
    const database = on === 'memory' ? memoryDatabase(disk) : await idbDatabase(name, 'bytes');
    opened.push(database);
    return database;
  };
  return {
    raw,
    async open() {
      const { database, ...powers } = mortal(await raw());
      const stores = await storesOn({
        database,
        locks: processLocks(table),
        announcer: processAnnouncer(bus),
        head,
        hasher: subtleHasher(),
        codecs: [sparseCodec, blendCodec],
        now: Date.now,
        newId: () => crypto.randomUUID(),
        nextTask,
      });
      return { ...stores, ...powers };
    },
    async end() {
      for (const one of opened) one.close();
      if (on === 'indexeddb') await deleteIdbDatabase(name);
    },
  };
}

function mortal(
  database: RecordDatabase,
): { database: RecordDatabase } & Pick<MortalStores, 'dieAt' | 'interrupt'> {
  let death: Death = { afterWrites: Infinity, written: false };
  let writes = 0;
  let interruption = { at: -1, work: () => Promise.resolve() };
  const check = (isDead: boolean) => {
    if (isDead) throw new Killed('this tab was killed');
  };
  return {
    dieAt({ afterWrites, written }) {
      death = { afterWrites: writes + afterWrites, written };
    },
    interrupt(afterWrites, work) {
      interruption = { at: writes + afterWrites, work };
    },
    database: {
      ...database,
      read(tables, work) {
        check(writes > death.afterWrites);
        return database.read(tables, work);
      },
      async write(tables, durability, work) {
        check(writes > death.afterWrites);
        const own = writes++;
        if (own === interruption.at) await interruption.work();
        check(own >= death.afterWrites && !death.written);
        const result = await database.write(tables, durability, work);
        check(own >= death.afterWrites);
        return result;
      },
    },
  };
}
