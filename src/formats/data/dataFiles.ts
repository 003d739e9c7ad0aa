import { gunzip, isGzip } from '../../codecs/gunzip.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { cachedSource } from '../cachedSource.ts';
import { formatFailures } from '../failures.ts';
import { readEntry } from '../zip/readEntry.ts';
import { readZip } from '../zip/readZip.ts';
import { asInvalid, invalid } from './failures.ts';
import { maxDecodedBytes, maxFiles } from './limits.ts';

/**
 * All bytes of a file, unpacked where it is gzipped; the caller owns them.
 *
 * @throws LineageError `dataset-invalid`: over the limit, or damaged; `file-unreadable`.
 */
export async function contentsOf(
  source: ByteSource,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source.sizeBytes > limitBytes)
    throw invalid(source.path, `it has ${source.sizeBytes} bytes; at most ${limitBytes} are read`);
  const bytes = await source.read(0, source.sizeBytes);
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzip(bytes, limitBytes);
  } catch (error) {
    throw asInvalid(error, source.path);
  }
}

/** Up to `length` first bytes. */
export function headOf(source: ByteSource, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, Math.min(length, source.sizeBytes));
}

/** Whether a file is a zip archive, by its first bytes. */
export async function isZip(source: ByteSource): Promise<boolean> {
  const [a, b, c, d] = await headOf(source, 4);
  return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6));
}

/**
 * The files of zip archives in place of the archives; other files stay. Entries are unpacked when they
 * are read. Folders and what macOS adds are left out.
 *
 * @throws LineageError `dataset-invalid` for a broken archive or too many files; `file-unreadable`.
 */
export async function openArchives(files: readonly ByteSource[]): Promise<ByteSource[]> {
  const opened: ByteSource[] = [];
  for (const file of files) {
    if (await isZip(file)) opened.push(...(await entriesOf(file)));
    else opened.push(file);
    if (opened.length > maxFiles) throw invalid(file.path, `there are more than ${maxFiles} files`);
  }
  return opened;
}

/** The files in a zip archive, by name: `archive.zip/folder/name`. */
export async function entriesOf(file: ByteSource): Promise<ByteSource[]> {
  try {
    const source = cachedSource(file);
    const { entries } = await readZip(source, 'zip archive');
    const fail = formatFailures(file.path, 'zip archive');
    return entries
      .filter(({ name }) => !name.endsWith('/') && !/(^|\/)(__MACOSX\/|\._|\.DS_Store$)/.test(name))
      .map((entry): ByteSource => {
        const path = `${file.path}/${entry.name}`;
        return {
          path,
          sizeBytes: entry.sizeBytes,
          async read(offset, length) {
            try {
              // Unpacked anew for each read: keeping the contents of thousands of entries would not fit.
              const contents = await readEntry(source, entry, maxDecodedBytes, fail);
              return contents.slice(offset, offset + length);
            } catch (error) {
              throw asInvalid(error, path);
            }
          },
        };
      });
  } catch (error) {
    throw asInvalid(error, file.path);
  }
}

/** `folder/name.txt` → `name.txt`. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The name of the folder a file lies in; empty for none. */
export function folderName(path: string): string {
  return path.split('/').at(-2) ?? '';
}

/** `folder/0_george_12.wav` → `0_george_12`; a second extension `.gz` goes too. */
export function stem(path: string): string {
  return fileName(path)
    .replace(/\.gz$/i, '')
    .replace(/\.[^.]*$/, '');
}
