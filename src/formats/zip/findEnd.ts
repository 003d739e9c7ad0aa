import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { FormatFailures } from '../failures.ts';

/** Where an archive's central directory lies. */
export interface DirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly entries: number;
}

const endBytes = 22;
const maxComment = 0xffff;

/**
 * Finds the central directory from the end-of-central-directory record, with its zip64 form.
 *
 * The record must end exactly at the end of the file: an archive with bytes after it is refused.
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`.
 */
export async function findEnd(source: ByteSource, fail: FormatFailures): Promise<DirectoryPlace> {
  const size = source.sizeBytes;
  const start = Math.max(0, size - endBytes - maxComment);
  const tail = await source.read(start, size - start);
  const view = new DataView(tail.buffer);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + endBytes + view.getUint16(at + 20, true) !== tail.length) continue;
    return readEnd(source, new DataView(tail.buffer, at, endBytes), start + at, fail);
  }
  throw fail.invalid(
    size,
    'the zip archive has no directory at its end: the file is cut off or damaged',
  );
}

async function readEnd(
  source: ByteSource,
  view: DataView,
  at: number,
  fail: FormatFailures,
): Promise<DirectoryPlace> {
  const narrow = {
    disk: view.getUint16(4, true),
    startDisk: view.getUint16(6, true),
    here: view.getUint16(8, true),
    entries: view.getUint16(10, true),
    sizeBytes: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  };
  const wide = await readZip64(source, at, fail);
  const needsWide =
    narrow.entries === 0xffff || narrow.sizeBytes === 0xffffffff || narrow.offset === 0xffffffff;
  if (wide === undefined) {
    if (narrow.disk !== 0 || narrow.startDisk !== 0 || narrow.here !== narrow.entries)
      throw fail.unsupported(at + 4, 'a zip archive in several parts');
    return checked(narrow, at, at, fail);
  }
  const agrees = (a: number, b: number, all: number): boolean => a === b || a === all;
  if (
    !needsWide &&
    !(
      agrees(narrow.entries, wide.entries, 0xffff) &&
      agrees(narrow.sizeBytes, wide.sizeBytes, 0xffffffff) &&
      agrees(narrow.offset, wide.offset, 0xffffffff)
    )
  )
    throw fail.invalid(at, 'the two end records of the zip archive disagree');
  return checked(wide, wide.recordOffset, at, fail);
}

interface Zip64End extends DirectoryPlace {
  readonly recordOffset: number;
}

async function readZip64(
  source: ByteSource,
  end: number,
  fail: FormatFailures,
): Promise<Zip64End | undefined> {
  const locatorAt = end - 20;
  if (locatorAt < 0) return undefined;
  const locator = new DataView((await source.read(locatorAt, 20)).buffer);
  if (locator.getUint32(0, true) !== 0x07064b50) return undefined;
  const at = safe(locator.getBigUint64(8, true), locatorAt + 8, fail);
  if (at + 56 > locatorAt)
    throw fail.invalid(locatorAt, 'the zip64 end record lies outside the file');
  const view = new DataView((await source.read(at, 56)).buffer);
  if (view.getUint32(0, true) !== 0x06064b50)
    throw fail.invalid(at, 'there is no zip64 end record where its locator says');
  if (locator.getUint32(4, true) !== 0 || view.getUint32(16, true) !== 0)
    throw fail.unsupported(at, 'a zip archive in several parts');
  const entries = safe(view.getBigUint64(32, true), at + 32, fail);
  if (safe(view.getBigUint64(24, true), at + 24, fail) !== entries)
    throw fail.unsupported(at + 24, 'a zip archive in several parts');
  return {
    entries,
    sizeBytes: safe(view.getBigUint64(40, true), at + 40, fail),
    offset: safe(view.getBigUint64(48, true), at + 48, fail),
    recordOffset: at,
  };
}

function checked(
  { entries, sizeBytes, offset }: DirectoryPlace,
  limit: number,
  at: number,
  fail: FormatFailures,
): DirectoryPlace {
  if (offset + sizeBytes > limit || entries * 46 > sizeBytes)
    throw fail.invalid(at, 'the zip directory does not lie where the end record says');
  return { entries, sizeBytes, offset };
}

/** A 64-bit number that must be usable as an offset. */
export function safe(value: bigint, at: number, fail: FormatFailures): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw fail.invalid(at, `the size ${value.toString()} is absurd`);
  return number;
}
