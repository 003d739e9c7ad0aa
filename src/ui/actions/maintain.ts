import type { NodeId } from '../../core/ids.ts';
import { bytes, counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';

/** Reads and verifies everything stored, and shows the report. */
export async function checkIntegrity(session: Session): Promise<void> {
  const report = await session.task(
    'Check integrity',
    (run) => session.mgit.fsck(run),
    ({ ok, problems, checkedModels }) =>
      ok
        ? `${counted(checkedModels, 'model')} sound`
        : `${counted(problems.length, 'problem')} found`,
  );
  if (report === undefined) return;
  session.dismissEnded();
  session.show({ is: 'fsck', report });
}

/**
 * Deletes what no model needs.
 *
 * @param forgetUndo - also what only the undo of a removal needs.
 */
export async function freeSpace(session: Session, forgetUndo = false): Promise<void> {
  await session.task(
    'Free space',
    (run) => session.mgit.collect({ ...run, forgetUndo }),
    ({ chunks, bytes: freed }) =>
      chunks === 0 ? 'Nothing to free' : `${bytes(freed)} freed (${counted(chunks, 'chunk')})`,
  );
  session.revision += 1;
}

/** Looks for edges again, among `ids` or all models. */
export async function findEdges(session: Session, ids?: readonly NodeId[]): Promise<void> {
  await session.task(
    ids === undefined ? 'Find edges' : `Find edges of ${counted(ids.length, 'model')}`,
    (run) => session.mgit.infer(ids, run),
    ({ provenance, version }) =>
      `${counted(provenance, 'provenance edge')}, ${counted(version, 'version edge')} found`,
  );
  await session.refresh();
}

/** Asks the browser not to delete what is stored when the disk runs full. */
export async function keepStorage(session: Session): Promise<void> {
  // Absent outside secure contexts, whatever the DOM's types say.
  const storage = navigator.storage as StorageManager | undefined;
  const kept = (await storage?.persist()) ?? false;
  session.revision += 1;
  session.toasts.add(
    kept
      ? { tone: 'success', text: 'The browser will keep this storage.' }
      : {
          tone: 'info',
          text: 'The browser did not promise to keep this storage.',
          detail:
            'It often agrees once the site is bookmarked, installed or used more. Export what matters.',
        },
  );
}

/** Forgets everything and begins with an empty store. */
export async function startOver(session: Session): Promise<void> {
  try {
    await session.mgit.reset();
    session.select([]);
    await session.begin();
  } catch (error) {
    session.start = { is: 'failed', error };
  }
}
