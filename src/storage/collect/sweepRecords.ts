import type { SkeletonId, SnapshotId } from '../../core/ids.ts';
import type { ReadTransaction, RecordDatabase } from '../database/recordDatabase.ts';
import { removeRecord } from '../records/contentRecords.ts';
import type { SessionCensus } from '../sessions/sessionRegistry.ts';

/**
 * Removes the manifests, skeletons and derived values that no snapshot in `snapshots` needs, and the
 * traces of imports that can no longer be resumed. Keeps all records while one can be: it may have
 * stored some of them.
 */
export async function sweepRecords(
  database: RecordDatabase,
  stillTrue: (tx: ReadTransaction) => Promise<boolean>,
  snapshots: ReadonlySet<SnapshotId>,
  skeletons: ReadonlySet<SkeletonId>,
  { dead, resumable }: SessionCensus,
): Promise<void> {
  const tables = [
    'manifests', 'skeletons', 'derived', 'sessions', 'counters',
  ] as const; // prettier-ignore
  await database.write(tables, 'relaxed', async (tx) => {
    if (!(await stillTrue(tx))) return;
    for (const id of dead.keys()) if (!resumable.has(id)) tx.delete('sessions', id);
    if ([...dead.keys()].some((id) => resumable.has(id))) return;
    for (const id of await tx.keys('manifests'))
      if (!snapshots.has(id as SnapshotId)) await removeRecord(tx, 'manifests', id);
    for (const id of await tx.keys('skeletons'))
      if (!skeletons.has(id as SkeletonId)) await removeRecord(tx, 'skeletons', id);
    for (const key of await tx.keys('derived'))
      if (!snapshots.has(key.slice(0, key.indexOf('/')) as SnapshotId))
        await removeRecord(tx, 'derived', key);
  });
}
