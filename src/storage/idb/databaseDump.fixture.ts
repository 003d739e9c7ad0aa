import { fromBase64, toBase64 } from '../../core/base64.ts';

/** A whole database as JSON: bytes are base64 under `$bytes`. */
export interface DatabaseDump {
  readonly version: number;
  readonly stores: Readonly<Record<string, readonly (readonly [IDBValidKey, unknown])[]>>;
}

/** Reads a database out. */
export async function dumpDatabase(name: string): Promise<DatabaseDump> {
  const database = await settled(indexedDB.open(name));
  const stores: Record<string, [IDBValidKey, unknown][]> = {};
  for (const store of database.objectStoreNames) {
    const records = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([
      settled(records.getAllKeys()),
      settled(records.getAll() as IDBRequest<unknown[]>),
    ]);
    stores[store] = keys.map((key, at) => [key, packed(values[at])]);
  }
  const dump = { version: database.version, stores };
  database.close();
  return dump;
}

/** Makes a database as the dump says, without any code of the app. */
export async function restoreDatabase(name: string, dump: DatabaseDump): Promise<void> {
  const request = indexedDB.open(name, dump.version);
  request.onupgradeneeded = () => {
    for (const [store, records] of Object.entries(dump.stores)) {
      const target = request.result.createObjectStore(store);
      for (const [key, value] of records) target.put(unpacked(value), key);
    }
  };
  (await settled(request)).close();
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('the request failed'));
    };
  });
}

function packed(value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: toBase64(value) } : value;
}

function unpacked(value: unknown): unknown {
  const { $bytes } = (value ?? {}) as { readonly $bytes?: string };
  return $bytes === undefined ? value : fromBase64($bytes);
}
