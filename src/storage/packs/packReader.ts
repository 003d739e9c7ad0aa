import type { PackValue, RecordDatabase } from '../database/recordDatabase.ts';
import { byteCache } from './byteCache.ts';

/** Reads pieces of packs. */
export interface PackReader {
  /**
   * Exactly `length` bytes from `offset`; undefined if the pack is gone, too short or cannot be read.
   * Not to be written to: it may be a view of a cached pack.
   */
  read(pack: number, offset: number, length: number): Promise<Uint8Array | undefined>;
}

/** Memory for packs read lately. Small tensors of a model lie together, so one read serves many. */
const cacheBytes = 32 * 1024 * 1024;

/** A piece of at least this share of its pack is read alone, a smaller one with the whole pack. */
const aloneShare = 0.25;

/** Packs whose Blobs are kept at hand: a handle each, without its bytes. */
const handles = 64;

export function packReader(database: RecordDatabase): PackReader {
  const cache = byteCache<number>(cacheBytes);
  const reading = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  const blobs = new Map<number, Blob>();

  /** A pack never changes, so its Blob is asked of the database once. */
  async function valueOf(pack: number): Promise<PackValue | undefined> {
    const known = blobs.get(pack);
    if (known !== undefined) return known;
    const value = await database.read(['packs'], (tx) => tx.get('packs', pack));
    if (!(value instanceof Blob)) return value;
    blobs.set(pack, value);
    const [oldest] = blobs.keys();
    if (blobs.size > handles && oldest !== undefined) blobs.delete(oldest);
    return value;
  }

  async function whole(pack: number, value: Blob): Promise<Uint8Array<ArrayBuffer>> {
    const under = reading.get(pack);
    if (under !== undefined) return under;
    const bytes = value.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    reading.set(pack, bytes);
    try {
      cache.set(pack, await bytes);
      return await bytes;
    } finally {
      reading.delete(pack);
    }
  }

  return {
    async read(pack, offset, length) {
      const cached = cache.get(pack);
      if (cached !== undefined) return slice(cached, offset, length);
      const value = await valueOf(pack);
      if (value === undefined) return undefined;
      if (value instanceof Uint8Array) {
        cache.set(pack, value);
        return slice(value, offset, length);
      }
      try {
        if (length < aloneShare * value.size)
          return slice(await whole(pack, value), offset, length);
        const buffer = await value.slice(offset, offset + length).arrayBuffer();
        return slice(new Uint8Array(buffer), 0, length);
      } catch (error) {
        blobs.delete(pack);
        // The browser has lost the file behind the Blob: to the caller, the chunk is bad.
        if (error instanceof DOMException) return undefined;
        throw error;
      }
    },
  };
}

function slice(bytes: Uint8Array, offset: number, length: number): Uint8Array | undefined {
  return offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : undefined;
}
