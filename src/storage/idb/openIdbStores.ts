import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { HeadRecord } from '../../core/ports/headRecord.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import { storesOn, type Stores } from '../openStores.ts';
import { channelAnnouncer } from '../platform/announcer.ts';
import { cacheHeadRecord, memoryHeadRecord } from '../platform/cacheHeadRecord.ts';
import {
  lockTable,
  processLocks,
  webLocks,
  type Locks,
  type LockTable,
} from '../platform/locks.ts';
import { nextTask } from '../platform/nextTask.ts';
import { subtleHasher } from '../subtleHasher.ts';
import { idbDatabase } from './idbDatabase.ts';

export interface IdbOptions {
  /** Of the database; locks and messages between tabs carry it too. */
  readonly name?: string;
  /** Every codec that ever wrote a chunk here. */
  readonly codecs: readonly ChunkCodec[];
  readonly hasher?: Hasher;
  /** The record outside the database; by default in the Cache API, where there is one. */
  readonly head?: HeadRecord;
  readonly packsAs?: 'blob' | 'bytes';
  /** ms since 1970. */
  readonly now?: () => number;
}

/**
 * Opens the store in the browser's IndexedDB, making it at the first visit. Works in a worker, on a
 * page, and in Node on a stand-in for IndexedDB, there with locks within the process.
 *
 * @throws LineageError `storage-unavailable`, `storage-newer`.
 */
export async function openIdbStores(options: IdbOptions): Promise<Stores> {
  const { name = 'mgit', hasher = subtleHasher(), packsAs = 'blob', now = Date.now } = options;
  const database = await idbDatabase(name, packsAs);
  return storesOn({
    database,
    locks: platformLocks(name),
    announcer: channelAnnouncer(`${name}:commits`),
    head: options.head ?? platformHead(name),
    hasher,
    codecs: options.codecs,
    now,
    newId: () => crypto.randomUUID(),
    nextTask,
  });
}

const processTables = new Map<string, LockTable>();

function platformLocks(name: string): Locks {
  const { navigator } = globalThis as { readonly navigator?: Partial<WorkerNavigator> };
  if (navigator?.locks !== undefined) return webLocks(navigator.locks, `${name}:`);
  const table = processTables.get(name) ?? lockTable();
  processTables.set(name, table);
  return processLocks(table);
}

function platformHead(name: string): HeadRecord {
  const { caches } = globalThis as { readonly caches?: CacheStorage };
  return caches === undefined ? memoryHeadRecord() : cacheHeadRecord(caches, `${name}-head`);
}
