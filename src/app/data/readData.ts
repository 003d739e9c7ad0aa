import type { Reading } from '../../core/data/dataset.ts';
import type { SnapshotId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { DataReader, ReadData } from '../../core/ports/dataReader.ts';
import type { ByteSource, ModelFormats } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { snapshotContent } from '../snapshotContent.ts';

export interface ReadDataPorts {
  readonly content: ContentStore;
  readonly formats: ModelFormats;
  readonly data: DataReader;
}

/** The files of a stored data set. @throws LineageError `dataset-missing` if it was collected. */
export async function dataFiles(
  ports: ReadDataPorts,
  snapshot: SnapshotId,
  run: Run,
): Promise<ByteSource[]> {
  try {
    const manifest = await ports.content.manifest(snapshot);
    const skeleton = await ports.content.skeleton(manifest.skeleton);
    const content = snapshotContent(ports.content, skeleton, manifest, run.signal);
    return await ports.formats.sources(skeleton, manifest, content);
  } catch (cause) {
    if (isLineageError(cause, 'snapshot-missing'))
      throw new LineageError('dataset-missing', { dataset: snapshot }, { cause });
    throw cause;
  }
}

/**
 * Examples of stored data sets, the last one kept: a form, a preview and a run ask for the same one after
 * the other.
 */
export class DataCache {
  #key = '';
  #last: Promise<ReadData> | undefined;

  /** @throws LineageError `dataset-missing`, `dataset-invalid`, `chunk-*`. */
  read(ports: ReadDataPorts, snapshot: SnapshotId, reading: Reading, run: Run): Promise<ReadData> {
    const key = JSON.stringify([snapshot, reading]);
    if (this.#last !== undefined && this.#key === key) return this.#last;
    const reads = dataFiles(ports, snapshot, run).then((files) =>
      ports.data.read(files, reading, run),
    );
    this.#key = key;
    this.#last = reads;
    reads.catch(() => {
      if (this.#last === reads) this.#last = undefined;
    });
    return reads;
  }
}
