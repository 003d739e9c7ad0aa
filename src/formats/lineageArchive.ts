import type { LineageFile } from '../core/branchViews.ts';
import { checkLineageFile } from '../core/branches/checkLineageFile.ts';
import { isLineageError, LineageError } from '../core/lineageError.ts';
import type { LineageArchive } from '../core/ports/lineageArchive.ts';
import type { ByteSource } from '../core/ports/modelFormats.ts';
import { formatFailures } from './failures.ts';
import { maxLineageBytes } from './limits.ts';
import { quoted, utf8 } from './text.ts';
import { readEntry } from './zip/readEntry.ts';
import { readZip, type ZipArchive, type ZipEntry } from './zip/readZip.ts';

/** The entry that holds the graph. */
export const lineageEntry = 'lineage.json';

/**
 * Opens a lineage file: reads the archive's directory and its `lineage.json`, checks both, and leaves the
 * content where it is. Names of entries are keys; nothing is unpacked and nothing is run.
 *
 * @throws LineageError `lineage-file-invalid` with what is wrong; `file-unreadable`.
 */
export async function openLineageArchive(source: ByteSource): Promise<LineageArchive> {
  const fail = (reason: string) =>
    new LineageError('lineage-file-invalid', { file: source.path, reason });
  const { zip, text } = await readText(source, fail);
  const file = checkLineageFile(parsed(text, fail), source.path);
  const content = new Map(
    file.content.map(({ snapshot, files }) => [
      snapshot,
      files.map(({ entry, name }) => {
        const found = zip.byName.get(entry);
        if (found === undefined) throw fail(`it has no entry ${quoted(entry)}, which lineage.json names`);
        if (found.method !== 0)
          throw fail(`the entry ${quoted(entry)} is compressed; lineage files are stored as they are`);
        return slice(source, found, name);
      }),
    ]),
  ); // prettier-ignore
  refuseNoFiles(file, fail);
  return { path: source.path, file, sources: (snapshot) => content.get(snapshot) };
}

type Fail = (reason: string) => LineageError;

async function readText(
  source: ByteSource,
  fail: Fail,
): Promise<{ readonly zip: ZipArchive; readonly text: string }> {
  try {
    const zip = await readZip(source, 'zip');
    const entry = zip.byName.get(lineageEntry);
    if (entry === undefined) throw fail(`it has no ${lineageEntry} at its top`);
    const failures = formatFailures(source.path, 'zip');
    const text = utf8(await readEntry(source, entry, maxLineageBytes, failures));
    if (text === undefined) throw fail(`${lineageEntry} is no UTF-8 text`);
    return { zip, text };
  } catch (error) {
    if (isLineageError(error, 'format-invalid')) throw fail(error.data.reason);
    if (isLineageError(error, 'format-unsupported')) throw fail(error.data.what);
    throw error;
  }
}

function parsed(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw fail(`${lineageEntry} is no JSON: ${error.message}`);
    throw error;
  }
}

function refuseNoFiles({ content }: LineageFile, fail: Fail): void {
  const empty = content.find(({ files }) => files.length === 0);
  if (empty !== undefined)
    throw fail(`lineage.json: the content of ${empty.snapshot} has no files`);
}

/** An entry's bytes as a file of its own. */
function slice(source: ByteSource, entry: ZipEntry, name: string): ByteSource {
  return {
    path: name,
    sizeBytes: entry.sizeBytes,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > entry.sizeBytes)
        throw new Error(`read of ${length} at ${offset} beyond ${entry.sizeBytes} of ${name}`);
      return source.read(entry.dataOffset + offset, length);
    },
  };
}
