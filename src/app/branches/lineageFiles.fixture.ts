import type { LineageExport } from '../../core/branchViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { openLineageArchive } from '../../formats/lineageArchive.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { concat } from '../../formats/snapshot.fixture.ts';
import { storedZip } from '../../formats/zip/storedZip.ts';
import type { ExportPorts } from '../exportModels.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { exportLineage } from './exportLineage.ts';

interface ExportBench {
  readonly ports: ExportPorts;
}

/** The bytes of a lineage file, as the worker makes them. */
export async function lineageBytes(
  { ports }: ExportBench,
  order: LineageExport = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const zip = storedZip('lineage.mgit.zip', await exportLineage(ports, order, noRun));
  for await (const piece of zip.bytes) pieces.push(piece);
  return concat(pieces);
}

export async function lineageOfBench(bench: ExportBench, order: LineageExport = {}) {
  return openLineageArchive(memorySource('lineage.mgit.zip', await lineageBytes(bench, order)));
}

/** A model's id, which the test knows by its name. */
export async function nodeNamed({ ports }: ExportBench, name: string): Promise<NodeId> {
  const id = (await ports.session.lineage()).names.get(name);
  if (id === undefined) throw new Error(`no model ${name}`);
  return id;
}
