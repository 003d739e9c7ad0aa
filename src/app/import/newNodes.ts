import { architectureShape, layerSummary } from '../../core/architectureDigest.ts';
import { canonicalBytes } from '../../core/canonical.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode, NodeSummary } from '../../core/lineage/graph.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import { mainPath } from './mainPath.ts';
import { nameModels } from './nameModels.ts';
import type { ScannedModel } from './scanModel.ts';

/** A scanned model and the node it becomes. */
export interface NewModel {
  readonly scanned: ScannedModel;
  readonly node: ModelNode;
}

/** What making nodes needs from outside. */
export interface NodePorts {
  readonly hasher: Hasher;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Nodes for scanned models, with names that neither `taken` nor each other has. */
export async function newNodes(
  ports: NodePorts,
  models: readonly ScannedModel[],
  taken: ReadonlySet<string>,
  modelType: string | undefined,
): Promise<NewModel[]> {
  const names = nameModels(
    models.map(({ candidate }) => ({
      name: candidate.name,
      path: mainPath(candidate),
    })),
    taken,
  );
  return Promise.all(
    models.map(async (scanned, index) => ({
      scanned,
      node: {
        id: ports.newId() as NodeId,
        name: names[index] ?? scanned.candidate.name,
        snapshot: scanned.snapshot,
        tags: [],
        notes: '',
        createdAt: ports.now(),
        summary: await summaryOf(ports.hasher, scanned),
        ...(modelType === undefined ? {} : { modelType }),
      },
    })),
  );
}

/** What the graph shows of a scanned model. */
export async function summaryOf(hasher: Hasher, model: ScannedModel): Promise<NodeSummary> {
  const { architecture, tensors, files, format } = model.parsed;
  const modifiedAt = files[0]?.source.modifiedAt;
  return {
    format,
    fileName: model.manifest.files[0]?.name ?? model.candidate.name,
    sizeBytes: model.candidate.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    parameterCount: architecture.parameterCount,
    tensorCount: tensors.length,
    architecture: await hasher.sha256(canonicalBytes(architectureShape(architecture))),
    layers: layerSummary(architecture),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}
