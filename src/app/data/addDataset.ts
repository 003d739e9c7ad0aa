import type { DatasetReport } from '../../core/creationViews.ts';
import type { DatasetRecord, Reading } from '../../core/data/dataset.ts';
import type { DatasetId, ImportId } from '../../core/ids.ts';
import { addDataset as addDraft } from '../../core/lineage/editDatasets.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { DataReader } from '../../core/ports/dataReader.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { LineageSession } from '../lineageSession.ts';
import { storeFiles } from './storeFiles.ts';

export interface AddDataPorts {
  readonly content: ContentStore;
  readonly log: LineageLog;
  readonly session: LineageSession;
  readonly hasher: Hasher;
  readonly data: DataReader;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface AddDataOptions {
  readonly name?: string;
  /** How the files are read; found from their bytes when absent. */
  readonly reading?: Reading;
  readonly notes?: string;
}

/**
 * Adds files as one data set: reads them whole, so that what is stored can be used, then stores their
 * bytes by content and commits. Files that are there already with the same reading are that data set.
 *
 * @throws LineageError `dataset-invalid`, `file-unreadable`, `quota-exceeded`: nothing is added.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function addDataset(
  ports: AddDataPorts,
  files: readonly ByteSource[],
  options: AddDataOptions,
  run: Run,
): Promise<DatasetReport> {
  const reading = options.reading ?? (await ports.data.propose(files, run));
  const { summary } = await ports.data.read(files, reading, run);
  const id = ports.newId() as ImportId;
  const paths = files.map((file) => file.path);
  await ports.log.beginImport({ id, startedAt: ports.now(), paths, handles: [], options: {} });
  const session = await ports.content.session(id);
  try {
    const snapshot = await storeFiles(ports, session, files, run);
    const record: DatasetRecord = {
      id: ports.newId() as DatasetId,
      name: options.name ?? dataName(files),
      snapshot,
      reading,
      summary,
      notes: options.notes ?? '',
      createdAt: ports.now(),
    };
    const there = await sameData(ports.session, record);
    if (there !== undefined) {
      await session.discard();
      await ports.log.endImport(id);
      return { id: there.id, name: there.name, summary: there.summary, existing: true };
    }
    run.signal.throwIfAborted();
    const { changes } = await ports.session.commit((lineage) => addDraft(lineage, record), {
      imported: id,
    });
    const added = changes[0]?.after as DatasetRecord;
    return { id: added.id, name: added.name, summary, existing: false };
  } catch (error) {
    await session.discard();
    await ports.log.endImport(id);
    throw error;
  }
}

async function sameData(
  session: LineageSession,
  record: DatasetRecord,
): Promise<DatasetRecord | undefined> {
  const reading = JSON.stringify(record.reading);
  const { datasets } = await session.lineage();
  return [...datasets.values()].find(
    (other) => other.snapshot === record.snapshot && JSON.stringify(other.reading) === reading,
  );
}

/** The folder the files came in, or what the first file is called, without its extensions. */
export function dataName(files: readonly ByteSource[]): string {
  const path = files[0]?.path ?? 'data';
  const folder = path.slice(0, Math.max(0, path.indexOf('/')));
  if (files.length > 1 && folder !== '') return folder;
  const names = files.map((file) => stem(file.path));
  const [first = path] = names;
  if (files.length <= 1) return first;
  // t10k-images and t10k-labels are t10k.
  let common = first;
  while (!names.every((name) => name.startsWith(common))) common = common.slice(0, -1);
  common = common.replace(/[^\p{L}\p{N}]+$/u, '');
  return common.length >= 3 ? common : `${first} and ${files.length - 1} more`;
}

function stem(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/\.(gz|zip)$/i, '').replace(/\.[^.]+$/, '') || name;
}
