import type { DatasetId } from '../../core/ids.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import { counted } from '../format.ts';
import type { DatasetCall } from '../mgitCreation.ts';
import type { Session } from '../session.svelte.ts';
import { undo } from './changeLineage.ts';
import { download } from './exportModels.ts';

/**
 * Stores files as a data set. Gives its id; undefined when that was cancelled or failed.
 *
 * @param files - its files, all of them.
 */
export async function addDataset(
  session: Session,
  files: readonly IncomingFile[],
  options: Omit<DatasetCall, 'signal' | 'onProgress'>,
): Promise<DatasetId | undefined> {
  const report = await session.task(
    `Add data set ${options.name ?? ''}`.trim(),
    (run) => session.mgit.addDataset(files, { ...options, ...run }),
    ({ name, summary, existing }) =>
      existing
        ? `${name} was here already`
        : `${name}: ${counted(summary.examples, 'example')} added`,
  );
  await session.refresh();
  return report?.id;
}

const undoing = (session: Session) => ({
  label: 'Undo',
  run: () => {
    void undo(session);
  },
});

/** @throws LineageError `name-taken`, `name-invalid`, `dataset-missing`. */
export async function renameDataset(session: Session, id: DatasetId, name: string): Promise<void> {
  await session.mgit.renameDataset(id, name);
  await session.refresh();
  session.toasts.add({
    tone: 'info',
    text: `Data set renamed to ${name}`,
    action: undoing(session),
  });
}

/** Replaces the notes. */
export async function annotateDataset(
  session: Session,
  id: DatasetId,
  notes: string,
): Promise<void> {
  if (notes === session.datasets.get(id)?.notes) return;
  try {
    await session.mgit.annotateDataset(id, notes);
    await session.refresh();
  } catch (error) {
    session.toasts.failed(error);
  }
}

/** Takes a data set off the list; Undo brings it back. Tells whether it was done. */
export async function removeDataset(session: Session, id: DatasetId): Promise<boolean> {
  const name = session.datasets.get(id)?.name ?? '';
  try {
    await session.mgit.removeDataset(id);
    await session.refresh();
    session.toasts.add({
      tone: 'info',
      text: `Removed data set ${name}`,
      action: undoing(session),
    });
    return true;
  } catch (error) {
    session.toasts.failed(error);
    return false;
  }
}

export async function exportDataset(session: Session, id: DatasetId): Promise<void> {
  const name = session.datasets.get(id)?.name ?? '';
  const files = await session.task(
    `Export ${name}`,
    (run) => session.mgit.exportDataset(id, run),
    (made) => counted(made.length, 'file'),
  );
  for (const file of files ?? []) download(file);
}
