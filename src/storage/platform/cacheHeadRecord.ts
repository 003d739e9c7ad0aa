import type { Head, HeadRecord } from '../../core/ports/headRecord.ts';

/** A record in memory, for a platform without a second place and for tests. */
export function memoryHeadRecord(): HeadRecord {
  let kept: Head | undefined;
  return {
    get: () => Promise.resolve(kept),
    set(head) {
      kept = head;
      return Promise.resolve();
    },
  };
}

/**
 * The record in the Cache API, under an address that is never fetched: of the places a worker has,
 * the one that is not the database. A browser that clears the whole origin takes both.
 *
 * Failing to read or write it is no failure of the store: it only ever explains a loss.
 */
export function cacheHeadRecord(caches: CacheStorage, name: string): HeadRecord {
  const address = '/mgit-head.json';
  return {
    async get() {
      try {
        const found = await (await caches.open(name)).match(address);
        return found === undefined ? undefined : headOf(await found.json());
      } catch (error) {
        if (isPlatformError(error)) return undefined;
        throw error;
      }
    },
    async set(head) {
      try {
        const body = JSON.stringify(head);
        await (await caches.open(name)).put(address, new Response(body));
      } catch (error) {
        if (!isPlatformError(error)) throw error;
      }
    },
  };
}

/** Private windows refuse the cache; a damaged one gives no JSON. */
function isPlatformError(error: unknown): boolean {
  return (
    error instanceof DOMException || error instanceof TypeError || error instanceof SyntaxError
  );
}

function headOf(value: unknown): Head | undefined {
  const { store, models } = (value ?? {}) as Partial<Head>;
  return typeof store === 'string' && typeof models === 'number' ? { store, models } : undefined;
}
