import type { ChunkId, ImportId } from '../core/ids.ts';
import { isLineageError } from '../core/lineageError.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';
import type { LineageLog, WriterLock } from '../core/ports/lineageLog.ts';
import { contentStore } from './contentStore.ts';
import { raise } from './database/counters.ts';
import { tableNames } from './database/recordDatabase.ts';
import type { Environment } from './environment.ts';
import { lineageLog } from './log/lineageLog.ts';
import { chunkReader } from './packs/chunkReader.ts';
import { LiveIndex } from './packs/liveIndex.ts';
import { packReader } from './packs/packReader.ts';
import { contentRecords } from './records/contentRecords.ts';
import { importSession, type OpenSession } from './sessions/importSession.ts';
import { sessionRegistry } from './sessions/sessionRegistry.ts';

/** The store of one tab. */
export interface Stores {
  readonly content: ContentStore;
  readonly log: LineageLog;
  readonly lock: WriterLock;
  /** Models there were before the browser removed the database; 0 if nothing is amiss. */
  readonly evictedModels: () => Promise<number>;
  /** Forgets everything: models, history and pending imports. Open sessions fail from then on. */
  readonly erase: () => Promise<void>;
  /** Lets go of the database and of all locks, as closing the tab does. */
  readonly close: () => void;
}

/** Puts the store together on what an adapter gives. */
export async function storesOn(environment: Environment): Promise<Stores> {
  const { database, hasher, locks, announcer, head } = environment;
  const codecs = new Map(environment.codecs.map((codec) => [codec.id, codec]));
  const codecNames = new Map(environment.codecs.map(({ id, name }) => [id, name]));
  const live = new LiveIndex(database);
  const registry = sessionRegistry(environment);
  const records = contentRecords(database, hasher);
  const reader = chunkReader({
    live,
    packs: packReader(database),
    codecs,
    hasher,
    onBad: (chunk) => markSuspect(environment, chunk, true),
  });
  const sessions = new Map<ImportId, OpenSession>();
  const closeSession = async (id: ImportId) => sessions.get(id)?.close();
  const openSession = async (id: ImportId) => {
    await closeSession(id);
    registry.release(id);
    await registry.open(id);
    const session = importSession({ environment, live, reader, registry }, id);
    sessions.set(id, session);
    return session;
  };
  await storeId(environment);
  return {
    content: contentStore({
      database, environment, live, records, registry, reader, openSession, codecNames,
      onGood: (chunk) => markSuspect(environment, chunk, false),
    }), // prettier-ignore
    log: lineageLog({ environment, live, records, registry, closeSession }),
    lock: { exclusive: (work) => locks.exclusive('writer', work) },
    async evictedModels() {
      const [known, store] = await Promise.all([head.get(), storeId(environment)]);
      return known === undefined || known.store === store ? 0 : known.models;
    },
    erase: () => erase(environment),
    close() {
      locks.close();
      announcer.close();
      database.close();
    },
  };
}

/** The database's own id, given to it at its first opening. */
async function storeId({ database, newId }: Environment): Promise<string> {
  const fresh = newId();
  return database.write(['names'], 'relaxed', async (tx) => {
    const known = await tx.get('names', 'store');
    if (known === undefined) tx.put('names', 'store', fresh);
    return known ?? fresh;
  });
}

async function erase({ database, newId, head, announcer }: Environment): Promise<void> {
  const store = newId();
  await database.write(tableNames, 'strict', async (tx) => {
    for (const table of tableNames) tx.clear(table);
    tx.put('names', 'store', store);
    await raise(tx, 'content');
  });
  await head.set({ store, models: 0 });
  announcer.tell();
}

/**
 * Writes down, or takes back, that a chunk's stored form is bad, so that it is replaced when it is
 * put again, in any tab and after a reload.
 */
async function markSuspect({ database }: Environment, chunk: ChunkId, bad: boolean): Promise<void> {
  try {
    await database.write(['suspects', 'counters'], 'relaxed', async (tx) => {
      if (bad) tx.put('suspects', chunk, true);
      else tx.delete('suspects', chunk);
      await raise(tx, 'content');
      await raise(tx, 'removals');
    });
  } catch (error) {
    // On a full disk the mark waits for the next read; the damage itself is told either way.
    if (!isLineageError(error, 'quota-exceeded')) throw error;
  }
}
