import { openDB, type IDBPDatabase } from 'idb';
import { LineageError } from '../../core/lineageError.ts';
import { isVersionError } from './platformError.ts';
import { migrate, schemaVersion, type LineageSchema } from './schema.ts';

export type LineageDatabase = IDBPDatabase<LineageSchema>;

/** A connection that opens itself at first use and again after it was closed from outside. */
export interface Connection {
  /** @throws LineageError `storage-unavailable`, `storage-newer`. */
  open(): Promise<LineageDatabase>;
  /** Forgets `database`, which turned out to be closed. */
  drop(database: LineageDatabase): void;
  close(): void;
}

/** How long another tab may hold an upgrade up before this one says so, in ms. */
const blockedMs = 10_000;

/**
 * Connects to the database `name`. Gives way at once when a newer version of the app, or a deletion,
 * asks for the database; the next use opens it again or says `storage-newer`.
 */
export function connection(name: string): Connection {
  let current: Promise<LineageDatabase> | undefined;
  let ended = false;
  function forget(database: LineageDatabase): void {
    database.close();
    current = undefined;
  }
  return {
    open() {
      if (ended) throw new LineageError('storage-unavailable', { reason: 'it was closed' });
      if (current === undefined) {
        const opening = openChecked(name, () => {
          if (current === opening) current = undefined;
        });
        opening.catch(() => {
          if (current === opening) current = undefined;
        });
        current = opening;
      }
      return current;
    },
    drop: forget,
    close() {
      ended = true;
      void current?.then(forget, () => undefined);
    },
  };
}

async function openChecked(name: string, onClosed: () => void): Promise<LineageDatabase> {
  try {
    return await openOrGiveUp(name, onClosed);
  } catch (error) {
    if (error instanceof LineageError) throw error;
    if (isVersionError(error))
      throw new LineageError(
        'storage-newer',
        { found: await storedVersion(name), known: schemaVersion },
        { cause: error },
      );
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
    throw new LineageError('storage-unavailable', { reason }, { cause: error });
  }
}

function openOrGiveUp(name: string, onClosed: () => void): Promise<LineageDatabase> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    openDB<LineageSchema>(name, schemaVersion, {
      upgrade: (database, oldVersion) => {
        migrate(database, oldVersion);
      },
      blocked: () => {
        const reason = 'another tab with an older version of the app is open; close it';
        timer = setTimeout(() => {
          reject(new LineageError('storage-unavailable', { reason }));
        }, blockedMs);
      },
      blocking: (_, __, event) => {
        (event.target as IDBDatabase).close();
        onClosed();
      },
      terminated: onClosed,
    })
      .finally(() => {
        clearTimeout(timer);
      })
      .then(resolve, reject);
  });
}

async function storedVersion(name: string): Promise<number> {
  const found = (await indexedDB.databases()).find((database) => database.name === name);
  return found?.version ?? schemaVersion + 1;
}
