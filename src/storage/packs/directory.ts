import type { ChunkId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { crc32 } from '../../core/crc32.ts';
import { keyBytes, readKey, writeKey } from './chunkKey.ts';

/** Id of the store's own codec: the bytes as they are. */
export const rawCodec = 0;

/** One chunk of a pack, as its directory says. Chunks lie in the pack in this order, without gaps. */
export interface PackEntry {
  readonly chunk: ChunkId;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
  readonly base?: ChunkId;
  /** The bytes are still in the pack but the chunk no longer counts as stored. */
  readonly removed?: boolean;
}

const magic = 0x4450474d; // "MGPD", little-endian
const version = 1;
const headerBytes = 16;
const entryBytes = 48;
const noBase = 0xffffffff;

/**
 * A pack's directory in its stored form; docs/storage-format.md gives the layout.
 *
 * 48 bytes for each chunk and 32 for each different base, all integers little-endian.
 */
export function encodeDirectory(entries: readonly PackEntry[]): Uint8Array<ArrayBuffer> {
  const bases = [...new Set(entries.flatMap((entry) => entry.base ?? []))];
  const baseIndex = new Map(bases.map((base, index) => [base, index]));
  const basesAt = headerBytes + entryBytes * entries.length;
  const bytes = new Uint8Array(basesAt + keyBytes * bases.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setUint32(8, entries.length, true);
  view.setUint32(12, bases.length, true);
  for (const [index, entry] of entries.entries()) {
    const at = headerBytes + entryBytes * index;
    writeKey(bytes, at, entry.chunk);
    view.setUint32(at + 32, entry.storedBytes, true);
    view.setUint32(at + 36, entry.rawBytes, true);
    view.setUint32(
      at + 40,
      entry.base === undefined ? noBase : (baseIndex.get(entry.base) ?? 0),
      true,
    );
    bytes[at + 44] = entry.codec;
    bytes[at + 45] = entry.removed === true ? 1 : 0;
  }
  for (const [index, base] of bases.entries()) writeKey(bytes, basesAt + keyBytes * index, base);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

/** A directory read in place: what it says of its chunks without a string or object for each. */
export interface DirectoryView {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where the id of chunk `index` stands in `bytes`. */
  keyAt(index: number): number;
  /** Where the id of its base stands; -1 for a chunk stored whole. */
  baseAt(index: number): number;
  storedBytes(index: number): number;
  rawBytes(index: number): number;
  codec(index: number): number;
  removed(index: number): boolean;
}

/** @throws LineageError `record-corrupt`: a flipped bit, a wrong length, a version not known. */
export function viewDirectory(pack: number, bytes: Uint8Array): DirectoryView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (reason: string) =>
    new LineageError('record-corrupt', { table: 'directories', key: String(pack), reason });
  if (bytes.length < headerBytes + 4) throw fail('it is too short');
  if (view.getUint32(bytes.length - 4, true) !== crc32(bytes.subarray(0, -4)))
    throw fail('its checksum is wrong');
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== version)
    throw fail('it is of an unknown version');
  const count = view.getUint32(8, true);
  const bases = view.getUint32(12, true);
  const basesAt = headerBytes + entryBytes * count;
  if (basesAt + keyBytes * bases + 4 !== bytes.length) throw fail('its length is wrong');
  const at = (index: number) => headerBytes + entryBytes * index;
  return {
    bytes,
    count,
    keyAt: at,
    baseAt(index) {
      const base = view.getUint32(at(index) + 40, true);
      return base === noBase ? -1 : basesAt + keyBytes * base;
    },
    storedBytes: (index) => view.getUint32(at(index) + 32, true),
    rawBytes: (index) => view.getUint32(at(index) + 36, true),
    codec: (index) => bytes[at(index) + 44] ?? 0,
    removed: (index) => bytes[at(index) + 45] === 1,
  };
}

/** A directory's entries as objects, for rewriting it. @throws LineageError `record-corrupt`. */
export function decodeDirectory(pack: number, bytes: Uint8Array): PackEntry[] {
  const view = viewDirectory(pack, bytes);
  return Array.from({ length: view.count }, (_, index) => {
    const base = view.baseAt(index);
    return {
      chunk: readKey(view.bytes, view.keyAt(index)),
      storedBytes: view.storedBytes(index),
      rawBytes: view.rawBytes(index),
      codec: view.codec(index),
      ...(base < 0 ? {} : { base: readKey(view.bytes, base) }),
      ...(view.removed(index) ? { removed: true } : {}),
    };
  });
}
