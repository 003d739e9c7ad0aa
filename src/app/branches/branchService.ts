import type {
  AdoptOptions,
  AdoptReport,
  BranchView,
  LineageComparison,
  LineageExport,
} from '../../core/branchViews.ts';
import { branchViewsOf } from '../../core/branches/branchViewsOf.ts';
import * as edit from '../../core/branches/editBranches.ts';
import type { NodeId } from '../../core/ids.ts';
import type { LineageArchive } from '../../core/ports/lineageArchive.ts';
import type { OutputFile } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { ServicePorts } from '../service/servicePorts.ts';
import { adoptLineage, compareLineage } from './adoptLineage.ts';
import { exportLineage } from './exportLineage.ts';

/** The part of the lineage service that keeps branches, and exchanges lineages. */
export function branchService(ports: ServicePorts) {
  const { session, log } = ports;
  const commit = async (draft: Parameters<typeof session.commit>[0]): Promise<void> => {
    await session.commit(draft);
  };
  return {
    list: async (): Promise<BranchView[]> =>
      branchViewsOf(await session.lineage(), await log.operations()),
    add: (name: string, head: NodeId, notes: string) =>
      commit((now) => edit.addBranch(now, { name, head, notes, createdAt: ports.now() })),
    move: (name: string, to: NodeId, reason?: string) =>
      commit((now) => edit.moveBranch(now, name, to, reason)),
    rename: (name: string, to: string) => commit((now) => edit.renameBranch(now, name, to)),
    remove: (name: string) => commit((now) => edit.removeBranch(now, name)),
    export: (order: LineageExport, run: Run): Promise<OutputFile[]> =>
      exportLineage(ports, order, run),
    compare: (archive: LineageArchive): Promise<LineageComparison> =>
      compareLineage(ports, archive),
    adopt: (archive: LineageArchive, options: AdoptOptions, run: Run): Promise<AdoptReport> =>
      adoptLineage(ports, archive, options, run),
  };
}
