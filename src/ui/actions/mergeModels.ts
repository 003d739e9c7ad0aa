import type { NodeId } from '../../core/ids.ts';
import type { MergeOrder, MergePreview, MergeReport } from '../../core/mergeViews.ts';
import { bytes, counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';
import { followed, type Followed } from '../tasks/followed.ts';
import type { Task } from '../tasks/task.svelte.ts';

const titleOf = (session: Session, { x, y }: MergeOrder) =>
  `${session.nameOf(x)} and ${session.nameOf(y)}`;

/** Runs the tests of the base and both sides on a merge that is not stored. */
export function testMerge(
  session: Session,
  order: MergeOrder,
  started: (task: Task) => void,
): Promise<Followed<MergePreview>> {
  const task = session.addTask(`Tests of the merge of ${titleOf(session, order)}`);
  started(task);
  return followed(
    session,
    task,
    (run) => session.mgit.merge.preview(order, run),
    ({ tests, accepted }) =>
      `${counted(tests, 'test')} run: ${accepted ? 'none got worse' : 'the merge got worse'}`,
  );
}

/** Stores a merge, selects it, and says so. */
export async function storeMerge(
  session: Session,
  order: MergeOrder,
  started: (task: Task) => void,
): Promise<Followed<MergeReport>> {
  const task = session.addTask(`Merge of ${titleOf(session, order)}`);
  started(task);
  const result = await followed(
    session,
    task,
    (run) => session.mgit.merge.run(order, run),
    ({ text }) => text,
  );
  if (result.is !== 'done') return result;
  const { node, text, storedBytes, preview } = result.value;
  session.dismissTask(task.id);
  await session.refresh();
  session.select([node]);
  const tests = preview === undefined ? '' : ` ${counted(preview.tests, 'test')} run.`;
  session.toasts.add({
    tone: 'success',
    text,
    detail: `It is a version of both, and takes ${bytes(storedBytes)} more.${tests}`,
    action: {
      label: 'Show',
      run: () => {
        session.open(node);
      },
    },
  });
  return result;
}

/** Moves a branch to the side that has everything of the other. */
export async function forwardBranch(session: Session, branch: string, to: NodeId): Promise<void> {
  try {
    await session.mgit.moveBranch(branch, to, 'Fast-forward');
    await session.refresh();
    session.toasts.add({
      tone: 'success',
      text: `Branch ${branch} now stands at ${session.nameOf(to)}.`,
    });
  } catch (error) {
    session.toasts.failed(error);
  }
}
