import type { DatasetSummary, Reading } from '../../core/data/dataset.ts';
import type { RawExamples } from '../../core/data/rawExamples.ts';
import { summarise } from '../../core/data/summarise.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { openArchives } from './dataFiles.ts';
import type { DatasetPorts } from './datasetPorts.ts';
import { isDocument } from './documents.ts';
import { asInvalid, badRowList, invalid, type BadRowList } from './failures.ts';
import { pacerOf } from './pacer.ts';
import { readArrays, readNpz } from './readArrays.ts';
import { readDelimited } from './readDelimited.ts';
import { readLines } from './readLines.ts';
import { readImages, readSounds } from './readMedia.ts';

/** A data set in memory, and what is said of it. */
export interface ReadDataset {
  readonly examples: RawExamples;
  readonly summary: DatasetSummary;
}

/**
 * Reads the files of a data set. What cannot be used is listed in the summary with file and line; the
 * same files and reading give the same examples in the same order.
 *
 * @param files - in the order of the data set; archives are opened.
 * @throws LineageError `dataset-invalid`: nothing can be used, damaged, or over a limit;
 *   `file-unreadable`.
 */
export async function readDataset(
  files: readonly ByteSource[],
  reading: Reading,
  ports: DatasetPorts,
  run: Run,
): Promise<ReadDataset> {
  const bad = badRowList();
  const [first] = files;
  if (first === undefined) throw invalid('', 'there are no files');
  const examples = await readAs(files, reading, ports, run, bad).catch((error: unknown) => {
    throw asInvalid(error, first.path);
  });
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { examples, summary: summarise(examples, bad, sizeBytes, labelOf(examples, reading)) };
}

async function readAs(
  files: readonly ByteSource[],
  reading: Reading,
  ports: DatasetPorts,
  run: Run,
  bad: BadRowList,
): Promise<RawExamples> {
  run.signal.throwIfAborted();
  if (reading.is === 'npz') return readNpz(onlyOf(files), reading.inputs, reading.labels);
  const opened = (await openArchives(files)).filter(({ path }) => !isDocument(path));
  if (opened.length === 0) throw invalid(files[0]?.path ?? '', 'it holds no files of data');
  const pacer = pacerOf(run, ports);
  switch (reading.is) {
    case 'delimited':
      return readDelimited(opened, reading, bad, pacer);
    case 'lines':
      return readLines(opened, reading.labelled, bad, pacer);
    case 'idx':
    case 'npy':
      return readArrays(opened, reading.is);
    case 'images':
      return readImages(opened, reading.labels, bad, ports.images, pacer);
    case 'wav':
      return readSounds(opened, reading.labels, bad, pacer);
  }
}

function onlyOf([archive, more]: readonly ByteSource[]): ByteSource {
  if (archive !== undefined && more === undefined) return archive;
  throw invalid(more?.path ?? '', 'a data set is one NPZ archive');
}

function labelOf({ columns }: RawExamples, reading: Reading): string | undefined {
  if (reading.is === 'delimited') return reading.label;
  if (reading.is === 'npz') return reading.labels;
  return columns.some(({ name }) => name === 'label') ? 'label' : undefined;
}
