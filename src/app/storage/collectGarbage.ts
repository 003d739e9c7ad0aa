import type { SnapshotId } from '../../core/ids.ts';
import { dataOf } from '../../core/lineage/lineage.ts';
import { graphSnapshots, namedSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { Operation } from '../../core/lineage/operation.ts';
import type { Collected, ContentStore } from '../../core/ports/contentStore.ts';
import type { LineageLog, WriterLock } from '../../core/ports/lineageLog.ts';
import type { Run } from '../../core/ports/run.ts';
import { jobSnapshots } from '../create/jobRecord.ts';
import type { LineageSession } from '../lineageSession.ts';

/** Latest operations whose models stay stored, so that they can be undone. */
export const undoableOperations = 50;

export interface CollectPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly log: LineageLog;
  readonly lock: WriterLock;
}

/**
 * Deletes what no model needs, keeping what the latest `keepUndo` operations could bring back.
 *
 * @param keepUndo - 0 gives back the space of removed models for good; undoing their removal then
 *   fails with `snapshot-missing`.
 */
export async function collectGarbage(
  ports: CollectPorts,
  run: Run,
  keepUndo = undoableOperations,
): Promise<Collected> {
  return ports.lock.exclusive(async () => {
    ports.session.forget();
    const lineage = await ports.session.lineage();
    const roots = graphSnapshots(dataOf(lineage));
    for (const snapshot of await undoSnapshots(ports, keepUndo)) roots.add(snapshot);
    return ports.content.collect([...roots], run);
  });
}

/**
 * What stays stored beside what the graph names: what undoing the latest `keepUndo` operations could bring
 * back, and the parents and data of creations that a closed tab left.
 */
export async function undoSnapshots(
  ports: Pick<CollectPorts, 'log'>,
  keepUndo = undoableOperations,
): Promise<SnapshotId[]> {
  const recent = keepUndo === 0 ? [] : (await ports.log.operations()).slice(-keepUndo);
  const pending = await ports.log.pendingImports();
  return [...recent.flatMap(snapshotsOf), ...pending.flatMap(jobSnapshots)];
}

function snapshotsOf(operation: Operation): SnapshotId[] {
  return operation.changes.flatMap(({ of, before, after }) => [
    ...namedSnapshots(of, before),
    ...namedSnapshots(of, after),
  ]);
}
