import type { NodeId } from '../core/ids.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';
import type { ModelFormats, OutputFile } from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import { progressMeter, type ProgressMeter } from './import/progressMeter.ts';
import type { LineageSession } from './lineageSession.ts';
import { readSnapshot, type StoredModel } from './readSnapshot.ts';
import { snapshotContent } from './snapshotContent.ts';

export interface ExportPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly formats: ModelFormats;
  readonly now: () => number;
}

/** A model on its way out. */
export interface ExportedModel {
  readonly name: string;
  readonly files: readonly OutputFile[];
}

/**
 * The files of models, byte for byte as they were imported, as streams: nothing is read before they
 * are. Progress counts all of them together.
 *
 * @throws LineageError `node-missing`, `snapshot-missing`; while streaming `chunk-missing`,
 *   `chunk-corrupt`.
 */
export async function exportModels(
  ports: ExportPorts,
  ids: readonly NodeId[],
  run: Run,
): Promise<ExportedModel[]> {
  const models = await Promise.all(ids.map((id) => readSnapshot(ports, id)));
  const total = models.reduce((sum, { node }) => sum + node.summary.sizeBytes, 0);
  const meter = progressMeter(run, total, ports.now);
  return models.map((model) => ({
    name: model.node.name,
    files: ports.formats.assemble(
      model.skeleton,
      model.manifest,
      content(ports, model, meter, run),
    ),
  }));
}

/**
 * A model's tensors as one safetensors file named after the node, with its lineage in the header's
 * metadata: names of its provenance parents and version predecessors.
 *
 * @throws LineageError as `exportModels`, and `format-unsupported` for a dtype safetensors lacks.
 */
export async function exportSafetensors(
  ports: ExportPorts,
  id: NodeId,
  run: Run,
): Promise<OutputFile> {
  const model = await readSnapshot(ports, id);
  const meter = progressMeter(run, model.node.summary.sizeBytes, ports.now);
  const lineage = await ports.session.lineage();
  const above = [...(lineage.incoming.get(id) ?? [])];
  const names = (kind: 'provenance' | 'version') =>
    above
      .filter((edge) => edge.kind === kind)
      .map((edge) => lineage.nodes.get(edge.from)?.name ?? '')
      .join(', ');
  const metadata = Object.entries({
    'mgit.model': model.node.name,
    'mgit.snapshot': model.node.snapshot,
    'mgit.derived_from': names('provenance'),
    'mgit.revision_of': names('version'),
  }).filter(([, value]) => value !== '');
  return ports.formats.toSafetensors(
    `${model.node.name}.safetensors`,
    model.skeleton.tensors,
    Object.fromEntries(metadata),
    content(ports, model, meter, run),
  );
}

function content(ports: ExportPorts, model: StoredModel, meter: ProgressMeter, run: Run) {
  return snapshotContent(ports.content, model.skeleton, model.manifest, run.signal, (bytes) => {
    meter.step(`Writing ${model.node.name}`);
    meter.add(bytes);
  });
}
