import type { ChunkId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { crc32 } from '../../core/crc32.ts';
import { byteWriter } from '../../codecs/byteWriter.ts';
import { deflateRaw } from '../../codecs/rawDeflate.ts';
import { keyBytes, readKey, writeKey } from './chunkKey.ts';
import { readColumns, type DirectoryColumns } from './directoryColumns.ts';
import { readFirstColumns } from './firstDirectory.ts';

/** Id of the store's own codec: the bytes as they are. */
export const rawCodec = 0;

/** One chunk of a pack, as its directory says. Chunks lie in the pack in this order, without gaps. */
export interface PackEntry {
  readonly chunk: ChunkId;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
  /** What it leans on, in the order in which its codec counts them; none for a whole chunk. */
  readonly bases: readonly ChunkId[];
  /** The bytes are still in the pack but the chunk no longer counts as stored. */
  readonly removed?: boolean;
}

const magic = 0x4450474d; // "MGPD", little-endian
const headerBytes = 16;

/**
 * A pack's directory in its stored form; docs/storage-format.md gives the layout.
 *
 * 32 bytes for the id of each chunk, 32 for each base that lies in another pack, and a few for the
 * rest, deflated.
 */
export function encodeDirectory(entries: readonly PackEntry[]): Uint8Array<ArrayBuffer> {
  const own = new Map(entries.map(({ chunk }, index) => [chunk, index]));
  const others = [...new Set(entries.flatMap(({ bases }) => bases))].filter((id) => !own.has(id));
  const otherIndex = new Map(others.map((id, index) => [id, index]));
  const columns = deflateRaw(columnsOf(entries, own, otherIndex), 9);
  const idsBytes = keyBytes * (entries.length + others.length);
  const bytes = new Uint8Array(headerBytes + idsBytes + columns.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, entries.length, true);
  view.setUint32(12, others.length, true);
  for (const [index, { chunk }] of entries.entries())
    writeKey(bytes, headerBytes + keyBytes * index, chunk);
  for (const [index, id] of others.entries())
    writeKey(bytes, headerBytes + keyBytes * (entries.length + index), id);
  bytes.set(columns, headerBytes + idsBytes);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

function columnsOf(
  entries: readonly PackEntry[],
  own: ReadonlyMap<ChunkId, number>,
  others: ReadonlyMap<ChunkId, number>,
): Uint8Array {
  const out = byteWriter();
  for (const { codec } of entries) out.byte(codec);
  for (const { removed } of entries) out.byte(removed === true ? 1 : 0);
  for (const { bases } of entries) out.varint(bases.length);
  for (const [index, { bases }] of entries.entries())
    for (const base of bases) {
      const near = own.get(base);
      if (near === undefined) out.varint(2 * (others.get(base) ?? 0) + 1);
      // Distances: a model's chunks lie in the order of its parent's, so that they repeat.
      else out.varint(2 * (index > near ? 2 * (index - near) : 2 * (near - index) + 1));
    }
  for (const { rawBytes } of entries) out.varint(rawBytes);
  for (const { storedBytes } of entries) out.varint(storedBytes);
  return out.finish();
}

/** A directory read in place: what it says of its chunks without a string or object for each. */
export interface DirectoryView extends DirectoryColumns {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where the id of chunk `index` stands in `bytes`. */
  keyAt(index: number): number;
  /** Where the id that `place` of `bases` names stands in `bytes`. */
  baseKeyAt(place: number): number;
}

/** @throws LineageError `record-corrupt`: a flipped bit, a wrong length, a version not known. */
export function viewDirectory(pack: number, bytes: Uint8Array): DirectoryView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (reason: string) =>
    new LineageError('record-corrupt', { table: 'directories', key: String(pack), reason });
  if (bytes.length < headerBytes + 4) throw fail('it is too short');
  if (view.getUint32(bytes.length - 4, true) !== crc32(bytes.subarray(0, -4)))
    throw fail('its checksum is wrong');
  const version = view.getUint32(4, true);
  if (view.getUint32(0, true) !== magic || version < 1 || version > 2)
    throw fail('it is of an unknown version');
  const count = view.getUint32(8, true);
  const others = view.getUint32(12, true);
  if (keyBytes * (count + others) > bytes.length) throw fail('its length is wrong');
  const first = version === 1;
  const columns = first
    ? readFirstColumns(view, count, others, fail)
    : readColumns(
        bytes.subarray(headerBytes + keyBytes * (count + others), -4),
        count,
        others,
        fail,
      );
  const entryBytes = first ? 48 : keyBytes;
  const othersAt = headerBytes + entryBytes * count;
  const keyAt = (index: number) => headerBytes + entryBytes * index;
  return {
    ...columns,
    bytes,
    count,
    keyAt,
    baseKeyAt: (place) => (place < count ? keyAt(place) : othersAt + keyBytes * (place - count)),
  };
}

/** A directory's entries as objects, for rewriting it. @throws LineageError `record-corrupt`. */
export function decodeDirectory(pack: number, bytes: Uint8Array): PackEntry[] {
  const view = viewDirectory(pack, bytes);
  return Array.from({ length: view.count }, (_, index) => ({
    chunk: readKey(view.bytes, view.keyAt(index)),
    storedBytes: view.storedBytes[index] ?? 0,
    rawBytes: view.rawBytes[index] ?? 0,
    codec: view.codec[index] ?? 0,
    bases: Array.from(
      view.bases.subarray(view.basesFrom[index], view.basesFrom[index + 1]),
      (place) => readKey(view.bytes, view.baseKeyAt(place)),
    ),
    ...(view.removed[index] === 1 ? { removed: true } : {}),
  }));
}
