import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { FormatFailures } from '../failures.ts';
import { crc32 } from '../../core/crc32.ts';
import { readPayload } from '../segments/payloadReader.ts';
import { quoted } from '../text.ts';
import type { ZipEntry } from '../zip/readZip.ts';
import type { PytorchOptions } from './pytorchOptions.ts';

/** Bytes of storages whose checksums are computed before the others are believed. */
const verifiedBytes = 64 * 1024 * 1024;

/**
 * Whether the archive's checksums of `entries` can be taken for CRC-32 of the contents.
 *
 * PyTorch can be told to write none that is right (`torch.serialization.set_crc32_options`), and its
 * reader never looks. So the smallest storages are checked, up to 64 MiB in all: one that is wrong
 * means that all stay literal; else the rest is believed and checked while it streams
 * (`withChecksum`). Up to that size a file with any wrong checksum imports byte for byte; a larger
 * one with wrong checksums only in its large storages is refused as damaged.
 */
export async function trustChecksums(
  source: ByteSource,
  entries: readonly ZipEntry[],
  run: Run,
  options: PytorchOptions,
): Promise<boolean> {
  if (options.stored === true) return true;
  let left = verifiedBytes;
  const chosen = [...entries]
    .sort((a, b) => a.sizeBytes - b.sizeBytes)
    .filter(({ sizeBytes }) => (left -= sizeBytes) >= 0)
    .sort((a, b) => a.dataOffset - b.dataOffset);
  for (const entry of chosen) {
    run.signal.throwIfAborted();
    let sum = 0;
    const { dataOffset: offset, storedBytes, sizeBytes: decodedBytes, method } = entry;
    const encoding =
      method === 0 ? ({ is: 'raw' } as const) : ({ is: 'deflate', level: 6 } as const);
    const stored = {
      source,
      format: 'pytorch',
      offset,
      storedBytes,
      encoding,
      decodedBytes,
    } as const;
    for await (const piece of readPayload(stored)) sum = crc32(piece, sum);
    if (sum !== entry.crc) return false;
  }
  return true;
}

/**
 * Passes on the bytes of an entry and checks their sum when they end.
 *
 * @throws LineageError `format-invalid`, after the last piece, when the sum is wrong.
 */
export async function* withChecksum(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  entry: ZipEntry,
  fail: FormatFailures,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let sum = 0;
  for await (const piece of pieces) {
    sum = crc32(piece, sum);
    yield piece;
  }
  if (sum !== entry.crc)
    throw fail.invalid(
      entry.dataOffset,
      `the bytes of ${quoted(entry.name)} do not have the checksum that the archive states: the file is damaged`,
    );
}
