import type { FormatFailures } from '../failures.ts';
import { maxZipEntries } from '../limits.ts';
import { latin1, quoted, utf8 } from '../text.ts';
import { safe } from './findEnd.ts';
import type { DirectoryPlace } from './findEnd.ts';

/** A file in an archive as the central directory states it. */
export interface DirectoryEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly storedBytes: number;
  /** Bytes of the contents, as claimed. */
  readonly sizeBytes: number;
  readonly localOffset: number;
  /** Offset of the directory record, and of the CRC-32 in it. */
  readonly recordOffset: number;
  readonly crcOffset: number;
}

const recordBytes = 46;

/**
 * Parses a central directory.
 *
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.5.3.
 *
 * @param bytes - the directory, found at `place`.
 * @throws LineageError `format-invalid`, `format-unsupported`.
 */
export function parseDirectory(
  bytes: Uint8Array,
  place: DirectoryPlace,
  fail: FormatFailures,
): DirectoryEntry[] {
  if (place.entries > maxZipEntries)
    throw fail.unsupported(place.offset, `a zip archive of ${place.entries} entries`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: DirectoryEntry[] = [];
  let at = 0;
  for (let index = 0; index < place.entries; index++) {
    const where = place.offset + at;
    if (at + recordBytes > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw fail.invalid(where, `record ${index} of the zip directory is damaged or cut off`);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + recordBytes + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes.length)
      throw fail.invalid(where, `record ${index} of the zip directory is damaged or cut off`);
    const record = new DataView(bytes.buffer, bytes.byteOffset + at, next - at);
    entries.push(entry(record, where, nameBytes, extraBytes, fail));
    at = next;
  }
  if (at !== bytes.length)
    throw fail.invalid(place.offset + at, 'the zip directory is longer than its records');
  return entries;
}

function entry(
  record: DataView,
  where: number,
  nameLength: number,
  extraLength: number,
  fail: FormatFailures,
): DirectoryEntry {
  const nameBytes = new Uint8Array(record.buffer, record.byteOffset + recordBytes, nameLength);
  const name = utf8(nameBytes) ?? latin1(nameBytes);
  const flags = record.getUint16(8, true);
  const method = record.getUint16(10, true);
  const which = `the zip entry ${quoted(name)}`;
  if ((flags & 0x2041) !== 0) throw fail.unsupported(where, `${which} is encrypted`);
  if (method !== 0 && method !== 8)
    throw fail.unsupported(where, `${which}: compression method ${method}`);
  const sizes = zip64Sizes(record, recordBytes + nameLength, extraLength, where, fail);
  if (method === 0 && sizes.storedBytes !== sizes.sizeBytes)
    throw fail.invalid(where + 20, `${which} is stored, but with two different sizes`);
  if (record.getUint16(34, true) !== 0)
    throw fail.unsupported(where + 34, 'a zip archive in several parts');
  return {
    name,
    nameBytes: nameBytes.slice(),
    method,
    flags,
    crc: record.getUint32(16, true),
    ...sizes,
    recordOffset: where,
    crcOffset: where + 16,
  };
}

/** The sizes and offset, from the zip64 extra field where the record has only 0xffffffff. */
function zip64Sizes(
  record: DataView,
  extraAt: number,
  extraLength: number,
  where: number,
  fail: FormatFailures,
): Pick<DirectoryEntry, 'storedBytes' | 'sizeBytes' | 'localOffset'> {
  const [wideStart, wideEnd] = findExtra(record, extraAt, extraLength);
  let wideAt = wideStart;
  const field = (offset: number): number => {
    const narrow = record.getUint32(offset, true);
    if (narrow !== 0xffffffff) return narrow;
    // A size of exactly 2^32 - 1 without a zip64 field is impossible: that value is reserved.
    if (wideAt + 8 > wideEnd) throw fail.invalid(where + offset, 'a zip64 size is missing');
    wideAt += 8;
    return safe(record.getBigUint64(wideAt - 8, true), where + offset, fail);
  };
  // The order of the fields in the extra data: size, stored size, offset.
  const sizeBytes = field(24);
  const storedBytes = field(20);
  return { sizeBytes, storedBytes, localOffset: field(42) };
}

function findExtra(record: DataView, start: number, length: number): [number, number] {
  const end = start + length;
  for (let at = start; at + 4 <= end;) {
    const bytes = record.getUint16(at + 2, true);
    if (record.getUint16(at, true) === 1) return [at + 4, Math.min(end, at + 4 + bytes)];
    at += 4 + bytes;
  }
  return [0, 0];
}
