import type { ImportId } from '../../core/ids.ts';
import type { ImportOptions, ImportReport } from '../../core/views.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import { bytes, counted } from '../format.ts';
import type { Credit } from '../import/credit.ts';
import { mayRead } from '../import/fileSources.ts';
import type { Session } from '../session.svelte.ts';

/** What an import did, in a line. */
export function importSummary(report: ImportReport): string {
  const added = report.models.filter((model) => model.id !== undefined && model.existing !== true);
  const existing = report.models.filter((model) => model.existing === true).length;
  const failed = report.models.filter((model) => model.error !== undefined).length;
  const parts =
    added.length === 0 && existing + failed > 0 ? [] : [`${counted(added.length, 'model')} added`];
  if (existing > 0) parts.push(`${counted(existing, 'model')} already here`);
  if (failed > 0) parts.push(`${counted(failed, 'file')} not read`);
  if (added.length > 0)
    parts.push(`${bytes(report.rawBytes)} kept in ${bytes(report.storedBytes)}`);
  return parts.join(' · ');
}

/** Shows what an import did: a toast, or the whole report where something was not read. */
export async function finishImport(
  session: Session,
  report: ImportReport | undefined,
  credit?: Credit,
): Promise<void> {
  await session.refresh();
  session.pending = await session.mgit.pendingImports();
  if (report === undefined) return;
  // What is said by a toast or a dialog need not stand in the tray too.
  session.dismissEnded();
  const show = () => {
    session.show({ is: 'import-report', report, ...(credit === undefined ? {} : { credit }) });
  };
  const failed = report.models.some((model) => model.error !== undefined);
  if (failed || report.models.length === 0) show();
  else
    session.toasts.add({
      tone: 'success',
      text: importSummary(report),
      ...(credit === undefined
        ? {}
        : { detail: `${credit.title}: ${credit.extent}, ${credit.licence}` }),
      action: { label: 'Details', run: show },
    });
}

/** Imports files as one task; what could not be read is shown when it ends. */
export async function importFiles(
  session: Session,
  files: readonly IncomingFile[],
  options: ImportOptions = {},
): Promise<void> {
  if (files.length === 0) return;
  const title = `Import ${files.length === 1 ? (files[0]?.path ?? '') : counted(files.length, 'file')}`;
  const report = await session.task(
    title,
    (run) => session.mgit.import(files, { ...options, ...run }),
    importSummary,
  );
  if (report !== undefined) await forgetRepeated(session, files);
  await finishImport(session, report);
}

/** An interrupted import whose files were all dropped again is done: its banner may go. */
export async function forgetRepeated(
  session: Session,
  files: readonly IncomingFile[],
): Promise<void> {
  const given = new Set(files.map(({ path }) => path));
  for (const { id, paths } of session.pending)
    if (paths.every((path) => given.has(path))) await session.mgit.discardImport(id);
}

/** Goes on with an import that a reload or a crash ended. */
export async function resumeImport(session: Session, id: ImportId): Promise<void> {
  try {
    if (!(await mayRead(await session.mgit.pendingHandles(id)))) {
      session.toasts.add({
        tone: 'info',
        text: 'The browser was not allowed to read the files again.',
        detail: 'Drop them once more: what is stored already is not read twice.',
      });
      return;
    }
  } catch (error) {
    session.toasts.failed(error);
    return;
  }
  session.pending = session.pending.filter((pending) => pending.id !== id);
  const report = await session.task(
    'Resume import',
    (run) => session.mgit.resumeImport(id, run),
    importSummary,
  );
  await finishImport(session, report);
}

export async function discardImport(session: Session, id: ImportId): Promise<void> {
  try {
    await session.mgit.discardImport(id);
    session.pending = await session.mgit.pendingImports();
  } catch (error) {
    session.toasts.failed(error);
  }
}
