import { LineageError } from '../../core/lineageError.ts';
import { joined } from '../database/joined.ts';
import type { RecordDatabase, TableName, WriteTransaction } from '../database/recordDatabase.ts';

type Key = number | string;

/** What several open stores share, as tabs share a database. */
export interface MemoryDisk {
  readonly tables: Map<TableName, Map<Key, unknown>>;
  /** Ends when the last write does: transactions run one after the other. */
  turn: Promise<unknown>;
  /** Bytes that all values may take; a write beyond fails as a full disk does. */
  quotaBytes: number;
  usedBytes: number;
}

/** An empty disk. */
export function memoryDisk(quotaBytes = Infinity): MemoryDisk {
  return { tables: new Map(), turn: Promise.resolve(), quotaBytes, usedBytes: 0 };
}

/** A database in memory with the transactions of a real one. Values are copied in and out. */
export function memoryDatabase(disk: MemoryDisk): RecordDatabase {
  let closed = false;
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new LineageError('storage-unavailable', { reason: 'it was closed' });
    const result = disk.turn.then(work);
    disk.turn = result.catch(() => undefined);
    return result;
  }
  return {
    read: async (_, work) => inTurn(() => work(transaction(disk, []))),
    write: async (_, __, work) =>
      inTurn(async () => {
        const undo: (() => void)[] = [];
        try {
          const result = await work(transaction(disk, undo));
          refuseOverQuota(disk);
          return result;
        } catch (error) {
          for (const step of undo.reverse()) step();
          throw error;
        }
      }),
    packValue: (parts) => joined(parts),
    close() {
      closed = true;
    },
  };
}

function refuseOverQuota(disk: MemoryDisk): void {
  if (disk.usedBytes <= disk.quotaBytes) return;
  throw new LineageError('quota-exceeded', {
    neededBytes: disk.usedBytes - disk.quotaBytes,
    availableBytes: 0,
  });
}

function transaction(disk: MemoryDisk, undo: (() => void)[]): WriteTransaction {
  function table(name: TableName): Map<Key, unknown> {
    const found = disk.tables.get(name) ?? new Map<Key, unknown>();
    disk.tables.set(name, found);
    return found;
  }
  function set(name: TableName, key: Key, value: unknown): void {
    const records = table(name);
    const before = records.get(key);
    disk.usedBytes += sizeOf(value) - sizeOf(before);
    if (value === undefined) records.delete(key);
    else records.set(key, value);
    undo.push(() => {
      disk.usedBytes += sizeOf(before) - sizeOf(value);
      if (before === undefined) records.delete(key);
      else records.set(key, before);
    });
  }
  const sorted = (name: TableName) => [...table(name)].sort(([a], [b]) => (a < b ? -1 : 1));
  const tx = {
    get: (name: TableName, key: Key) => Promise.resolve(structuredClone(table(name).get(key))),
    keys: (name: TableName) => Promise.resolve(sorted(name).map(([key]) => key)),
    entries: (name: TableName) => Promise.resolve(structuredClone(sorted(name))),
    put: (name: TableName, key: Key, value: unknown) => {
      set(name, key, structuredClone(value));
    },
    delete: (name: TableName, key: Key) => {
      set(name, key, undefined);
    },
    clear: (name: TableName) => {
      for (const key of [...table(name).keys()]) set(name, key, undefined);
    },
  };
  // The tables are typed by name at the seam; inside they are maps of anything.
  return tx as unknown as WriteTransaction;
}

function sizeOf(value: unknown): number {
  return value instanceof Uint8Array ? value.byteLength : 0;
}
