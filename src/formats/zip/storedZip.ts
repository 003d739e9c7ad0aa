import type { OutputFile } from '../../core/ports/modelFormats.ts';
import { crc32 } from '../../core/crc32.ts';
import { utf8Bytes } from '../text.ts';

/** A file of the archive and where its local header begins. */
interface Entry {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly file: OutputFile;
  readonly offset: number;
}

/** Values that do not fit 32 bits are written as this, and stand in the zip64 record. */
const full32 = 0xffff_ffff;

/** Flags: sizes and CRC follow the data (bit 3), names are UTF-8 (bit 11). */
const flags = 0x0808;

/** 1980-01-01, the earliest date: an archive of the same files is the same bytes on any day. */
const dosDate = 0x0021;

/**
 * Files as one zip archive, stored without compression, as a stream: model weights hardly compress,
 * and nothing is read twice. Sizes and CRCs follow each file; zip64 where 4 GiB do not hold.
 *
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.
 *
 * @param files - `name` may have `/` folders; names must be unique.
 */
export function storedZip(name: string, files: readonly OutputFile[]): OutputFile {
  const entries: Entry[] = [];
  let offset = 0;
  for (const file of files) {
    const entry = { name: utf8Bytes(file.name), file, offset };
    entries.push(entry);
    offset += 30 + entry.name.length + file.sizeBytes + descriptorBytes(file);
  }
  const end = offset;
  const blank = entries.map(() => 0);
  const sizeBytes = end + directory(entries, blank, end).length;
  return { name, sizeBytes, bytes: stream(entries, end) };
}

async function* stream(
  entries: readonly Entry[],
  end: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const crcs: number[] = [];
  for (const entry of entries) {
    yield localHeader(entry);
    let crc = 0;
    for await (const piece of entry.file.bytes) {
      crc = crc32(piece, crc);
      yield piece;
    }
    crcs.push(crc);
    yield descriptor(entry.file, crc);
  }
  yield directory(entries, crcs, end);
}

function isLarge(file: OutputFile): boolean {
  return file.sizeBytes >= full32;
}

function localHeader({ name, file }: Entry): Uint8Array<ArrayBuffer> {
  const out = writer();
  out
    .u32(0x04034b50)
    .u16(isLarge(file) ? 45 : 20)
    .u16(flags)
    .u16(0)
    .u16(0)
    .u16(dosDate);
  out.u32(0).u32(0).u32(0).u16(name.length).u16(0).raw(name);
  return out.bytes();
}

function descriptorBytes(file: OutputFile): number {
  return isLarge(file) ? 24 : 16;
}

function descriptor(file: OutputFile, crc: number): Uint8Array<ArrayBuffer> {
  const out = writer().u32(0x08074b50).u32(crc);
  if (isLarge(file)) out.u64(file.sizeBytes).u64(file.sizeBytes);
  else out.u32(file.sizeBytes).u32(file.sizeBytes);
  return out.bytes();
}

/** The central directory with its end records; its size does not depend on the CRCs. */
function directory(
  entries: readonly Entry[],
  crcs: readonly number[],
  start: number,
): Uint8Array<ArrayBuffer> {
  const out = writer();
  for (const [index, entry] of entries.entries()) directoryEntry(out, entry, crcs[index] ?? 0);
  const sizeBytes = out.length();
  const isZip64 = start + sizeBytes >= full32 || entries.length >= 0xffff;
  if (isZip64) {
    const at = start + sizeBytes;
    out.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0);
    out.u64(entries.length).u64(entries.length).u64(sizeBytes).u64(start);
    out.u32(0x07064b50).u32(0).u64(at).u32(1);
  }
  const count = Math.min(entries.length, 0xffff);
  out.u32(0x06054b50).u16(0).u16(0).u16(count).u16(count);
  out.u32(Math.min(sizeBytes, full32)).u32(Math.min(start, full32)).u16(0);
  return out.bytes();
}

function directoryEntry(out: Writer, { name, file, offset }: Entry, crc: number): void {
  const isZip64 = isLarge(file) || offset >= full32;
  const version = isZip64 ? 45 : 20;
  out.u32(0x02014b50).u16(version).u16(version).u16(flags).u16(0).u16(0).u16(dosDate).u32(crc);
  const size = isZip64 ? full32 : file.sizeBytes;
  out
    .u32(size)
    .u32(size)
    .u16(name.length)
    .u16(isZip64 ? 28 : 0);
  out
    .u16(0)
    .u16(0)
    .u16(0)
    .u32(0)
    .u32(isZip64 ? full32 : offset)
    .raw(name);
  if (isZip64) out.u16(1).u16(24).u64(file.sizeBytes).u64(file.sizeBytes).u64(offset);
}

type Writer = ReturnType<typeof writer>;

/** Little-endian bytes one after the other. */
function writer() {
  const bytes: number[] = [];
  const self = {
    u16: (value: number) => self.little(value, 2),
    u32: (value: number) => self.little(value, 4),
    u64: (value: number) => self.little(value, 8),
    little(value: number, count: number) {
      let rest = value;
      for (let index = 0; index < count; index++) {
        bytes.push(rest % 256);
        rest = Math.floor(rest / 256);
      }
      return self;
    },
    raw(added: Uint8Array) {
      for (const byte of added) bytes.push(byte);
      return self;
    },
    length: () => bytes.length,
    bytes: () => Uint8Array.from(bytes),
  };
  return self;
}
