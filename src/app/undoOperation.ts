import { LineageError } from '../core/lineageError.ts';
import { invertChanges } from '../core/lineage/applyChanges.ts';
import type { Operation } from '../core/lineage/operation.ts';
import { undoStacks } from '../core/lineage/undoStacks.ts';
import type { LineageLog } from '../core/ports/lineageLog.ts';
import type { LineageSession } from './lineageSession.ts';

/**
 * Takes back the latest operation that is not taken back (`undo`), or does the latest one taken back
 * again (`redo`), as a new operation of the log.
 *
 * @returns the operation taken back or done again.
 * @throws LineageError `nothing-to-undo`; `operation-conflict` when later changes stand in the way;
 *   `snapshot-missing` when what it would bring back has been collected.
 */
export async function undoOperation(
  session: LineageSession,
  log: LineageLog,
  direction: 'undo' | 'redo',
): Promise<Operation> {
  const target = undoStacks(await log.operations())[direction].at(-1);
  if (target === undefined) throw new LineageError('nothing-to-undo', { direction });
  await session.commit(
    () => ({
      kind: direction,
      title: `${direction === 'undo' ? 'Undid' : 'Redid'}: ${target.title}`,
      changes: direction === 'undo' ? invertChanges(target.changes) : target.changes,
    }),
    { target: target.id },
  );
  return target;
}
