import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { formatFailures } from '../failures.ts';
import type { FormatFailures } from '../failures.ts';
import { maxDirectoryBytes } from '../limits.ts';
import { quoted } from '../text.ts';
import { parseDirectory } from './directory.ts';
import type { DirectoryEntry } from './directory.ts';
import { findEnd } from './findEnd.ts';

/** A file in the archive, checked against its local header. */
export interface ZipEntry extends DirectoryEntry {
  /** Offset of the stored (compressed) bytes. */
  readonly dataOffset: number;
  /** Offset of the CRC-32 in the local header; undefined where that defers to the descriptor. */
  readonly localCrcOffset?: number;
  /** Offset of the CRC-32 in the data descriptor; undefined where there is none. */
  readonly descriptorCrcOffset?: number;
}

export interface ZipArchive {
  /** In the order of their bytes. */
  readonly entries: readonly ZipEntry[];
  readonly byName: ReadonlyMap<string, ZipEntry>;
}

/**
 * Reads a zip archive's directory and checks each entry's local header against it; no contents.
 *
 * Refuses what makes one archive mean two things: duplicate names, entries that overlap, a local
 * header that disagrees. Source: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (zip64).
 *
 * Many small reads: give a source that caches.
 *
 * @param format - for errors: "zip", or the format that uses a zip.
 * @throws LineageError `format-invalid`, `format-unsupported` (encryption, several disks, limits).
 */
export async function readZip(source: ByteSource, format: string): Promise<ZipArchive> {
  const fail = formatFailures(source.path, format);
  const end = await findEnd(source, fail);
  if (end.sizeBytes > maxDirectoryBytes)
    throw fail.unsupported(end.offset, `a zip directory of ${end.sizeBytes} bytes`);
  const bytes = await source.read(end.offset, end.sizeBytes);
  const listed = parseDirectory(bytes, end, fail);
  listed.sort((a, b) => a.localOffset - b.localOffset);
  const entries: ZipEntry[] = [];
  const byName = new Map<string, ZipEntry>();
  let free = 0;
  for (const one of listed) {
    if (one.localOffset < free)
      throw fail.invalid(one.localOffset, `the zip entry ${quoted(one.name)} overlaps another`);
    const { entry, next } = await readLocal(source, one, end.offset, fail);
    if (byName.has(entry.name))
      throw fail.invalid(one.recordOffset, `two zip entries are named ${quoted(entry.name)}`);
    free = next;
    entries.push(entry);
    byName.set(entry.name, entry);
  }
  return { entries, byName };
}

const localBytes = 30;

async function readLocal(
  source: ByteSource,
  listed: DirectoryEntry,
  limit: number,
  fail: FormatFailures,
): Promise<{ entry: ZipEntry; next: number }> {
  const at = listed.localOffset;
  const which = `the zip entry ${quoted(listed.name)}`;
  if (at + localBytes > limit)
    throw fail.invalid(listed.recordOffset, `${which} lies outside the file`);
  const view = dataView(await source.read(at, localBytes));
  if (view.getUint32(0, true) !== 0x04034b50)
    throw fail.invalid(at, `${which} has no local header where the directory says`);
  const nameBytes = view.getUint16(26, true);
  const dataOffset = at + localBytes + nameBytes + view.getUint16(28, true);
  const dataEnd = dataOffset + listed.storedBytes;
  if (dataEnd > limit) throw fail.invalid(listed.recordOffset, `${which} lies outside the file`);
  const name = await source.read(at + localBytes, nameBytes);
  if (!sameBytes(name, listed.nameBytes))
    throw fail.invalid(at + localBytes, `${which} has another name in its local header`);
  const flags = view.getUint16(6, true);
  if (flags !== listed.flags || view.getUint16(8, true) !== listed.method)
    throw fail.invalid(at + 6, `${which} has other flags in its local header`);
  checkStated(view, listed, which, fail);
  const descriptor =
    (flags & 8) === 0 ? undefined : await readDescriptor(source, listed, dataEnd, limit);
  return {
    entry: {
      ...listed,
      dataOffset,
      ...(view.getUint32(14, true) === listed.crc ? { localCrcOffset: at + 14 } : {}),
      ...(descriptor === undefined ? {} : { descriptorCrcOffset: descriptor.crcOffset }),
    },
    next: descriptor?.end ?? dataEnd,
  };
}

/** What a local header states must be what the directory states, unless it defers to later records. */
function checkStated(
  view: DataView,
  listed: DirectoryEntry,
  which: string,
  fail: FormatFailures,
): void {
  const deferred = (listed.flags & 8) !== 0;
  const same = (stated: number, known: number): boolean =>
    stated === known || stated === 0xffffffff || (deferred && stated === 0);
  const at = listed.localOffset;
  const crc = view.getUint32(14, true);
  if (crc !== listed.crc && !(deferred && crc === 0))
    throw fail.invalid(at + 14, `${which} has another checksum in its local header`);
  if (!same(view.getUint32(18, true), listed.storedBytes))
    throw fail.invalid(at + 18, `${which} has another size in its local header`);
  if (!same(view.getUint32(22, true), listed.sizeBytes))
    throw fail.invalid(at + 22, `${which} has another size in its local header`);
}

/**
 * Finds the data descriptor: checksum and sizes after the data, with a signature or without, sizes of
 * 4 or 8 bytes. Recognised by its sizes; undefined when none fits, and then its bytes stay unread.
 */
async function readDescriptor(
  source: ByteSource,
  listed: DirectoryEntry,
  at: number,
  limit: number,
): Promise<{ crcOffset: number; end: number } | undefined> {
  const bytes = await source.read(at, Math.min(24, limit - at));
  const view = dataView(bytes);
  const signed = bytes.length >= 4 && view.getUint32(0, true) === 0x08074b50 ? 4 : 0;
  for (const start of signed === 4 ? [4, 0] : [0])
    for (const wide of [true, false]) {
      const end = start + 4 + (wide ? 16 : 8);
      if (end > bytes.length || view.getUint32(start, true) !== listed.crc) continue;
      const size = (offset: number): number =>
        wide ? Number(view.getBigUint64(offset, true)) : view.getUint32(offset, true);
      if (size(start + 4) !== listed.storedBytes) continue;
      if (size(start + 4 + (wide ? 8 : 4)) !== listed.sizeBytes) continue;
      return { crcOffset: at + start, end: at + end };
    }
  return undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
