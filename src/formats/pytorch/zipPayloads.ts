import { deflateRaw } from '../../codecs/rawDeflate.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { PayloadEncoding } from '../../core/snapshot.ts';
import type { FormatFailures } from '../failures.ts';
import { maxInflatedBytes } from '../limits.ts';
import type { PlacedSegment } from '../segments/partition.ts';
import { readPayload } from '../segments/payloadReader.ts';
import { quoted } from '../text.ts';
import { readEntry } from '../zip/readEntry.ts';
import type { ZipArchive, ZipEntry } from '../zip/readZip.ts';
import { trustChecksums, withChecksum } from './checksums.ts';
import type { PytorchOptions } from './pytorchOptions.ts';
import type { StorageValue } from './pickle/values.ts';

/** The storages of an archive as payloads, in the order of their bytes. */
export interface ZipPayloads {
  /** Decoded sizes, in bytes. */
  readonly sizes: readonly number[];
  /** Where payloads and their checksums stand in the file. */
  readonly placed: readonly PlacedSegment[];
  /** @param key - as the pickle's world names it: `data/0`. */
  indexOf(key: string): number;
  read(index: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Bytes of a storage that is inflated and deflated again, to see whether that gives the same. */
const levels = [6, 9, 1, 5, 8, 7, 4, 3, 2];

/**
 * Makes payloads of the entries that hold storages.
 *
 * A checksum that the archive states for a payload becomes a `crc32` segment where it is right, so
 * that files which differ in their tensors alone share a skeleton.
 *
 * @throws LineageError `format-invalid` for a storage that is missing or has another size.
 */
export async function zipPayloads(
  source: ByteSource,
  archive: ZipArchive,
  root: string,
  storages: ReadonlyMap<string, StorageValue>,
  run: Run,
  fail: FormatFailures,
  options: PytorchOptions,
): Promise<ZipPayloads> {
  checkStorages(archive, root, storages, fail);
  const entries = archive.entries.filter(
    ({ name, method }) =>
      storages.has(name.slice(root.length)) || (method === 0 && isStorage(name, root)),
  );
  const indices = new Map(entries.map(({ name }, index) => [name.slice(root.length), index]));
  const trusted = await trustChecksums(source, entries, run, options);
  const placed: PlacedSegment[] = [];
  const encodings: PayloadEncoding[] = [];
  for (const [payload, entry] of entries.entries()) {
    const encoding = await encodingOf(source, entry, fail);
    encodings.push(encoding ?? { is: 'deflate', level: 0 });
    if (encoding !== undefined)
      placed.push({
        offset: entry.dataOffset,
        sizeBytes: entry.storedBytes,
        segment: { is: 'payload', payload, encoding },
      });
    if (trusted)
      for (const offset of checksumOffsets(entry))
        placed.push({ offset, sizeBytes: 4, segment: { is: 'crc32', payload } });
  }
  return {
    sizes: entries.map(({ sizeBytes }) => sizeBytes),
    placed,
    indexOf: (key) => indices.get(key) ?? -1,
    read(index) {
      const entry = entries[index];
      const encoding = encodings[index];
      if (entry === undefined || encoding === undefined) throw new Error(`no payload ${index}`);
      const bytes = readPayload({
        source,
        format: 'pytorch',
        offset: entry.dataOffset,
        storedBytes: entry.storedBytes,
        encoding,
        decodedBytes: entry.sizeBytes,
      });
      return trusted && options.stored !== true ? withChecksum(bytes, entry, fail) : bytes;
    },
  };
}

function isStorage(name: string, root: string): boolean {
  return name.startsWith(`${root}data/`) || name.startsWith(`${root}constants/`);
}

function checkStorages(
  archive: ZipArchive,
  root: string,
  storages: ReadonlyMap<string, StorageValue>,
  fail: FormatFailures,
): void {
  for (const [key, { wholeBytes, at }] of storages) {
    const entry = archive.byName.get(root + key);
    if (entry === undefined)
      throw fail.invalid(at, `the storage ${quoted(root + key)} is not in the archive`);
    if (entry.sizeBytes !== wholeBytes)
      throw fail.invalid(
        at,
        `the storage ${quoted(entry.name)} should have ${wholeBytes} bytes and has ${entry.sizeBytes}`,
      );
  }
}

/** Undefined for a deflated entry that we cannot deflate to the same bytes: it stays literal. */
async function encodingOf(
  source: ByteSource,
  entry: ZipEntry,
  fail: FormatFailures,
): Promise<PayloadEncoding | undefined> {
  if (entry.method === 0) return { is: 'raw' };
  const inflated = await readEntry(source, entry, maxInflatedBytes, fail);
  const stored = await source.read(entry.dataOffset, entry.storedBytes);
  for (const level of levels) {
    const again = deflateRaw(inflated, level);
    if (again.length === stored.length && again.every((byte, index) => byte === stored[index]))
      return { is: 'deflate', level };
  }
  return undefined;
}

function checksumOffsets(entry: ZipEntry): number[] {
  const offsets = [entry.crcOffset];
  if (entry.descriptorCrcOffset !== undefined) offsets.push(entry.descriptorCrcOffset);
  if (entry.localCrcOffset !== undefined) offsets.push(entry.localCrcOffset);
  return offsets;
}
