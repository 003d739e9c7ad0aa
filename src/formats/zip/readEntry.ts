import { inflateRaw } from '../../codecs/rawDeflate.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { FormatFailures } from '../failures.ts';
import { quoted } from '../text.ts';
import type { ZipEntry } from './readZip.ts';

/**
 * The contents of an entry, inflated where deflated. What is claimed is not believed: output is
 * counted while it is made, and one byte more than claimed ends it.
 *
 * @param limitBytes - more is refused before anything is read.
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function readEntry(
  source: ByteSource,
  entry: ZipEntry,
  limitBytes: number,
  fail: FormatFailures,
): Promise<Uint8Array<ArrayBuffer>> {
  const which = `the zip entry ${quoted(entry.name)}`;
  if (entry.sizeBytes > limitBytes || entry.storedBytes > limitBytes)
    throw fail.unsupported(
      entry.dataOffset,
      `${which} of ${Math.max(entry.sizeBytes, entry.storedBytes)} bytes (at most ${limitBytes} are read at once)`,
    );
  const stored = await source.read(entry.dataOffset, entry.storedBytes);
  if (entry.method === 0) return stored;
  const inflated = inflate(stored, entry.sizeBytes, (reason) =>
    fail.invalid(entry.dataOffset, `${which}: ${reason}`),
  );
  if (inflated.length !== entry.sizeBytes)
    throw fail.invalid(
      entry.dataOffset,
      `${which} unpacks to ${inflated.length} bytes, not to the ${entry.sizeBytes} it claims`,
    );
  return inflated;
}

function inflate(
  stored: Uint8Array,
  limitBytes: number,
  invalid: (reason: string) => Error,
): Uint8Array<ArrayBuffer> {
  try {
    return inflateRaw(stored, { limitBytes });
  } catch (error) {
    if (isLineageError(error, 'codec-invalid')) throw invalid(error.data.reason);
    throw error;
  }
}
