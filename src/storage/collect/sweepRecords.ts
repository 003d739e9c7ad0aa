import type { SkeletonId, SnapshotId } from '../../core/ids.ts';
import type {
  ReadTransaction,
  RecordDatabase,
  WriteTransaction,
} from '../database/recordDatabase.ts';
import { removeRecord, withBaseRecords, type RecordTable } from '../records/recordTables.ts';
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
    await sweepTable(tx, 'manifests', (key) => snapshots.has(key as SnapshotId));
    await sweepTable(tx, 'skeletons', (key) => skeletons.has(key as SkeletonId));
    await sweepTable(tx, 'derived', (key) =>
      snapshots.has(key.slice(0, key.indexOf('/')) as SnapshotId),
    );
  });
}

/** Removes the records that are not needed, and that no needed one leans on. */
async function sweepTable(
  tx: WriteTransaction,
  table: RecordTable,
  isNeeded: (key: string) => boolean,
): Promise<void> {
  const keys = await tx.keys(table);
  const needed = keys.filter(isNeeded);
  if (needed.length === keys.length) return;
  const kept = await withBaseRecords(tx, table, needed);
  for (const key of keys) if (!kept.has(key)) await removeRecord(tx, table, key);
}
