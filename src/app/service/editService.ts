import type { NodeId } from '../../core/ids.ts';
import * as edit from '../../core/lineage/editLineage.ts';
import { previewRemoval, removeNodes } from '../../core/lineage/removeNodes.ts';
import type { Run } from '../../core/ports/run.ts';
import type { EdgeOrder, HistoryEntry, OrphanPolicy, RemovePreview } from '../../core/views.ts';
import { inferEdges } from '../inferEdges.ts';
import { historyEntry, listHistory } from '../listHistory.ts';
import { freedBytes } from '../storage/reportStorage.ts';
import { undoOperation } from '../undoOperation.ts';
import type { ServicePorts } from './servicePorts.ts';

/** The part of the lineage service that changes the graph, and its history. */
export function editService(ports: ServicePorts) {
  const { session, log } = ports;
  const commit = async (draft: Parameters<typeof session.commit>[0]): Promise<void> => {
    await session.commit(draft);
  };
  return {
    rename: (id: NodeId, name: string) => commit((now) => edit.renameNode(now, id, name)),
    annotate: (id: NodeId, notes: string) => commit((now) => edit.annotateNode(now, id, notes)),
    tag: (ids: readonly NodeId[], add: readonly string[], remove: readonly string[]) =>
      commit((now) => edit.tagNodes(now, ids, add, remove)),
    setModelType: (ids: readonly NodeId[], modelType: string | undefined) =>
      commit((now) => edit.setModelType(now, ids, modelType)),
    connect: ({ kind, from, to, role, grade }: EdgeOrder) =>
      commit((now) =>
        edit.connectNodes(now, {
          kind,
          from,
          to,
          grade: grade ?? 'declared',
          ...(role === undefined ? {} : { role }),
        }),
      ),
    disconnect: ({ kind, from, to }: EdgeOrder) =>
      commit((now) => edit.disconnectNodes(now, kind, from, to)),
    confirm: ({ kind, from, to }: EdgeOrder) =>
      commit((now) => edit.confirmEdge(now, kind, from, to)),
    reverse: ({ kind, from, to }: EdgeOrder) =>
      commit((now) => edit.reverseEdge(now, kind, from, to)),
    reject: ({ kind, from, to }: EdgeOrder) =>
      commit((now) => edit.rejectEdge(now, kind, from, to)),
    removePreview: async (ids: readonly NodeId[]): Promise<RemovePreview> => ({
      ...previewRemoval(await session.lineage(), ids),
      freedBytes: await freedBytes(ports, ids),
    }),
    remove: (ids: readonly NodeId[], orphans: OrphanPolicy) =>
      commit((now) => removeNodes(now, ids, orphans)),
    infer: (ids: readonly NodeId[] | undefined, run: Run) => inferEdges(ports, ids, run),
    undo: async (): Promise<HistoryEntry> =>
      historyEntry(await undoOperation(session, log, 'undo'), true),
    redo: async (): Promise<HistoryEntry> =>
      historyEntry(await undoOperation(session, log, 'redo'), false),
    history: async (id?: NodeId): Promise<HistoryEntry[]> =>
      listHistory(await log.operations(), id),
  };
}
