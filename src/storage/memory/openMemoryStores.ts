import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { HeadRecord } from '../../core/ports/headRecord.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import { storesOn, type Stores } from '../openStores.ts';
import { processAnnouncer } from '../platform/announcer.ts';
import { memoryHeadRecord } from '../platform/cacheHeadRecord.ts';
import { nextTask } from '../platform/nextTask.ts';
import { lockTable, processLocks, type LockTable } from '../platform/locks.ts';
import { subtleHasher } from '../subtleHasher.ts';
import { memoryDatabase, memoryDisk, type MemoryDisk } from './memoryDatabase.ts';

/** What stays when a store in memory is closed: open another on it, as a tab after a reload. */
export interface MemoryPlace {
  readonly disk: MemoryDisk;
  readonly locks: LockTable;
  readonly bus: Set<() => void>;
  readonly head: HeadRecord;
}

/** An empty place. @param quotaBytes - bytes that fit before `quota-exceeded`. */
export function memoryPlace(quotaBytes = Infinity): MemoryPlace {
  return {
    disk: memoryDisk(quotaBytes),
    locks: lockTable(),
    bus: new Set(),
    head: memoryHeadRecord(),
  };
}

export interface MemoryOptions {
  readonly place?: MemoryPlace;
  readonly codecs?: readonly ChunkCodec[];
  readonly hasher?: Hasher;
  /** ms since 1970. */
  readonly now?: () => number;
}

/** A store in memory, with everything but the database the same as the one in the browser. */
export function openMemoryStores(options: MemoryOptions = {}): Promise<Stores> {
  const { place = memoryPlace(), codecs = [], hasher = subtleHasher(), now = Date.now } = options;
  return storesOn({
    database: memoryDatabase(place.disk),
    locks: processLocks(place.locks),
    announcer: processAnnouncer(place.bus),
    head: place.head,
    hasher,
    codecs,
    now,
    newId: () => crypto.randomUUID(),
    nextTask,
  });
}
