/** Byte arrays by key, the least recently used given up first. */
export interface ByteCache<Key> {
  get(key: Key): Uint8Array<ArrayBuffer> | undefined;
  set(key: Key, bytes: Uint8Array<ArrayBuffer>): void;
  clear(): void;
}

/** @param limitBytes - the most that is kept; something larger is not kept at all. */
export function byteCache<Key>(limitBytes: number): ByteCache<Key> {
  const kept = new Map<Key, Uint8Array<ArrayBuffer>>();
  let keptBytes = 0;
  return {
    get(key) {
      const bytes = kept.get(key);
      if (bytes === undefined) return undefined;
      kept.delete(key);
      kept.set(key, bytes);
      return bytes;
    },
    set(key, bytes) {
      if (bytes.byteLength > limitBytes || kept.has(key)) return;
      kept.set(key, bytes);
      keptBytes += bytes.byteLength;
      for (const [oldest, old] of kept) {
        if (keptBytes <= limitBytes) break;
        kept.delete(oldest);
        keptBytes -= old.byteLength;
      }
    },
    clear() {
      kept.clear();
      keptBytes = 0;
    },
  };
}
