import type { Architecture } from '../../core/architecture.ts';
import type { NodeId } from '../../core/ids.ts';
import { dataOf } from '../../core/lineage/lineage.ts';
import type { Run } from '../../core/ports/run.ts';
import type { ArchitectureView, TensorStatistics } from '../../core/views.ts';
import { readSnapshot } from '../readSnapshot.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { listTensors } from '../storage/listTensors.ts';
import { reportNodeStorage, reportStorage } from '../storage/reportStorage.ts';
import { snapshotContent } from '../snapshotContent.ts';
import { tensorStatistics } from '../tensorStatistics.ts';
import type { ServicePorts } from './servicePorts.ts';

/** The part of the lineage service that looks at models and at the store. */
export function inspectService(ports: ServicePorts) {
  return {
    graph: async () => dataOf(await ports.session.lineage()),
    tensors: (id: NodeId) => listTensors(ports, id),
    tensorStatistics: (id: NodeId, tensor: number, run: Run): Promise<TensorStatistics> =>
      tensorStatistics(ports, id, tensor, run),
    architecture: (id: NodeId, run: Run) => architectureView(ports, id, run),
    storage: (ids?: readonly NodeId[]) => reportStorage(ports, ids),
    nodeStorage: (id: NodeId) => reportNodeStorage(ports, id),
    fsck: (run: Run) => checkIntegrity(ports, run),
    collect: (run: Run, keepUndo?: number) => collectGarbage(ports, run, keepUndo),
  };
}

async function architectureView(
  ports: ServicePorts,
  id: NodeId,
  run: Run,
): Promise<ArchitectureView> {
  const { node, skeleton, manifest } = await readSnapshot(ports, id);
  const stored = (await ports.content.derived(node.snapshot, 'architecture')) as
    Architecture | undefined;
  const architecture =
    stored ??
    (await ports.formats.architecture(
      skeleton,
      manifest,
      snapshotContent(ports.content, skeleton, manifest, run.signal),
      run,
    ));
  return {
    architecture,
    tensorNames: skeleton.tensors.map((tensor) => tensor.name),
    tensorShapes: skeleton.tensors.map((tensor) => tensor.shape),
  };
}
