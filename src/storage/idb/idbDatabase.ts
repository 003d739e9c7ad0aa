import type { IDBPTransaction } from 'idb';
import { LineageError } from '../../core/lineageError.ts';
import { joined } from '../database/joined.ts';
import type {
  ReadTransaction,
  RecordDatabase,
  TableName,
  WriteTransaction,
} from '../database/recordDatabase.ts';
import { connection, type LineageDatabase } from './connection.ts';
import { isClosedError, isQuotaError, quotaExceeded, unavailable } from './platformError.ts';
import type { LineageSchema } from './schema.ts';

type PlatformTransaction<Mode extends IDBTransactionMode> = IDBPTransaction<
  LineageSchema,
  TableName[],
  Mode
>;

/**
 * Opens the database `name` in IndexedDB.
 *
 * @param packsAs - whether packs are kept as Blobs or as arrays; `bench` figures are in
 *   docs/storage-format.md. Both kinds are read.
 * @throws LineageError `storage-unavailable`, `storage-newer`.
 */
export async function idbDatabase(
  name: string,
  packsAs: 'blob' | 'bytes',
): Promise<RecordDatabase> {
  const link = connection(name);
  await link.open();

  /** Begins a transaction, on a new connection if the old one was closed from outside. */
  async function begin<Transaction>(
    start: (database: LineageDatabase) => Transaction,
  ): Promise<Transaction> {
    const database = await link.open();
    try {
      return start(database);
    } catch (error) {
      if (!isClosedError(error)) throw error;
      link.drop(database);
      return start(await link.open());
    }
  }

  return {
    async read(tables, work) {
      try {
        const tx = await begin((database) => database.transaction([...tables], 'readonly'));
        const [result] = await Promise.all([work(reader(tx)), tx.done]);
        return result;
      } catch (error) {
        throw unavailable(error);
      }
    },
    async write(tables, durability, work) {
      const size = { bytes: 0 };
      try {
        const tx = await begin((database) =>
          database.transaction([...tables], 'readwrite', { durability }),
        );
        return await finish(tx, work(writer(tx, size)));
      } catch (error) {
        throw isQuotaError(error) ? await quotaExceeded(error, size.bytes) : unavailable(error);
      }
    },
    packValue: (parts) => (packsAs === 'blob' ? new Blob([...parts]) : joined(parts)),
    close: () => {
      link.close();
    },
  };
}

/** Commits when `work` is done, aborts when it fails; the work's own error counts for more. */
async function finish<T>(tx: PlatformTransaction<'readwrite'>, work: Promise<T>): Promise<T> {
  const [result, done] = await Promise.allSettled([
    work.catch((error: unknown) => {
      abort(tx);
      throw error;
    }),
    tx.done,
  ]);
  if (done.status === 'rejected' && tx.error !== null) throw tx.error;
  if (result.status === 'rejected') throw result.reason;
  if (done.status === 'rejected') throw done.reason;
  return result.value;
}

function abort(tx: PlatformTransaction<'readwrite'>): void {
  try {
    tx.abort();
  } catch (error) {
    // It ended by itself, because of the error that made the work fail.
    if (!isClosedError(error)) throw error;
  }
}

function reader(tx: PlatformTransaction<IDBTransactionMode>): ReadTransaction {
  const reads = {
    get: (table: TableName, key: IDBValidKey) => tx.objectStore(table).get(key as never),
    keys: (table: TableName) => tx.objectStore(table).getAllKeys(),
    entries: async (table: TableName) => {
      const store = tx.objectStore(table);
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      return keys.map((key, index) => [key, values[index]]);
    },
  };
  // The schema's types are joined over all tables here; the seam types each table by its name.
  return reads as unknown as ReadTransaction;
}

function writer(tx: PlatformTransaction<'readwrite'>, size: { bytes: number }): WriteTransaction {
  /** A failed request aborts the transaction, whose end tells of it. */
  const watch = (request: Promise<unknown>) => void request.catch(() => undefined);
  const writes = {
    put: (table: TableName, key: IDBValidKey, value: unknown) => {
      size.bytes += bytesOf(value);
      watch(tx.objectStore(table).put(value as never, key as never));
    },
    delete: (table: TableName, key: IDBValidKey) => {
      watch(tx.objectStore(table).delete(key as never));
    },
    clear: (table: TableName) => {
      watch(tx.objectStore(table).clear());
    },
  };
  return { ...reader(tx), ...writes };
}

function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  return value instanceof Blob ? value.size : 0;
}

/** Deletes the database `name` and everything in it. For tests and for a start over. */
export function deleteIdbDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => {
      resolve();
    };
    request.onerror = () => {
      reject(new LineageError('storage-unavailable', { reason: 'it could not be deleted' }));
    };
  });
}
