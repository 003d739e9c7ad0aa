import { LineageError } from '../core/lineageError.ts';
import { invertChanges } from '../core/lineage/applyChanges.ts';
import { stepTitle, undoStacks, type UndoStep } from '../core/lineage/undoStacks.ts';
import type { LineageLog } from '../core/ports/lineageLog.ts';
import type { LineageSession } from './lineageSession.ts';

/**
 * Takes back the latest step that is not taken back (`undo`), or does the latest one taken back again
 * (`redo`), as one new operation of the log. A step is an operation, or several in a row of one group.
 *
 * @returns the step taken back or done again.
 * @throws LineageError `nothing-to-undo`; `operation-conflict` when later changes stand in the way;
 *   `snapshot-missing` when what it would bring back has been collected.
 */
export async function undoOperation(
  session: LineageSession,
  log: LineageLog,
  direction: 'undo' | 'redo',
): Promise<UndoStep> {
  const step = undoStacks(await log.operations())[direction].at(-1);
  if (step === undefined) throw new LineageError('nothing-to-undo', { direction });
  const changes = step.flatMap((operation) => operation.changes);
  await session.commit(
    () => ({
      kind: direction,
      title: `${direction === 'undo' ? 'Undid' : 'Redid'}: ${stepTitle(step)}`,
      changes: direction === 'undo' ? invertChanges(changes) : changes,
    }),
    { target: (step.at(-1) ?? step[0]).id },
  );
  return step;
}
