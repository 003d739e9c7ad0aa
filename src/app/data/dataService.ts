import type { DatasetPreview, DatasetProposal, DatasetReport } from '../../core/creationViews.ts';
import type { Reading } from '../../core/data/dataset.ts';
import { previewOf } from '../../core/data/previewOf.ts';
import type { DatasetId } from '../../core/ids.ts';
import * as edit from '../../core/lineage/editDatasets.ts';
import type { ByteSource, OutputFile } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import { snapshotContent } from '../snapshotContent.ts';
import { addDataset, dataName, type AddDataOptions } from './addDataset.ts';

/** Samples of a preview: what fits a dialog. */
const previewSamples = 24;

/** The part of the lineage service that keeps data sets. */
export function dataService(ports: CreatePorts) {
  const { session } = ports;
  return {
    propose: async (
      files: readonly ByteSource[],
      wanted: Reading | undefined,
      run: Run,
    ): Promise<DatasetProposal> => {
      const reading = wanted ?? (await ports.data.propose(files, run));
      const { examples, summary } = await ports.data.read(files, reading, run);
      const samples = previewOf(examples, previewSamples, summary.label);
      return { reading, name: dataName(files), summary, samples, badRows: summary.badRows };
    },
    add: (
      files: readonly ByteSource[],
      options: AddDataOptions,
      run: Run,
    ): Promise<DatasetReport> => addDataset(ports, files, options, run),
    preview: async (id: DatasetId, run: Run): Promise<DatasetPreview> => {
      const { snapshot, reading } = edit.datasetOf(await session.lineage(), id);
      const { examples, summary } = await ports.dataCache.read(ports, snapshot, reading, run);
      return { summary, samples: previewOf(examples, previewSamples, summary.label) };
    },
    rename: async (id: DatasetId, name: string): Promise<void> => {
      await session.commit((now) => edit.renameDataset(now, id, name));
    },
    annotate: async (id: DatasetId, notes: string): Promise<void> => {
      await session.commit((now) => edit.annotateDataset(now, id, notes));
    },
    remove: async (id: DatasetId): Promise<void> => {
      await session.commit((now) => edit.removeDataset(now, id));
    },
    /** The files as they were added. @throws LineageError `dataset-missing`, `snapshot-missing`. */
    files: async (id: DatasetId, run: Run): Promise<OutputFile[]> => {
      const { snapshot } = edit.datasetOf(await session.lineage(), id);
      const manifest = await ports.content.manifest(snapshot);
      const skeleton = await ports.content.skeleton(manifest.skeleton);
      const content = snapshotContent(ports.content, skeleton, manifest, run.signal);
      return ports.formats.assemble(skeleton, manifest, content);
    },
  };
}
