import type { ImportId } from '../../core/ids.ts';
import type { DeclaredEdge, ImportOptions, ImportReport } from '../../core/views.ts';
import type { IncomingFile } from '../../rpc/api.ts';
import { bytes, counted } from '../format.ts';
import { mayRead } from '../import/fileSources.ts';
import type { Session } from '../session.svelte.ts';

/** The lineage that ships with the app: `sample/index.json`. */
interface SampleIndex {
  readonly title: string;
  readonly licence: string;
  readonly source: string;
  readonly files: readonly {
    readonly path: string;
    readonly url: string;
    /** ISO date of the original file, which tells versions apart. */
    readonly modified?: string;
  }[];
  readonly declared: readonly DeclaredEdge[];
}

/** What an import did, in a line. */
export function importSummary(report: ImportReport): string {
  const added = report.models.filter((model) => model.id !== undefined && model.existing !== true);
  const existing = report.models.filter((model) => model.existing === true).length;
  const failed = report.models.filter((model) => model.error !== undefined).length;
  const parts =
    existing > 0 && added.length === 0 ? [] : [`${counted(added.length, 'model')} added`];
  if (existing > 0) parts.push(`${counted(existing, 'model')} already here`);
  if (failed > 0) parts.push(`${counted(failed, 'file')} not read`);
  if (added.length > 0)
    parts.push(`${bytes(report.rawBytes)} kept in ${bytes(report.storedBytes)}`);
  return parts.join(' · ');
}

async function finish(session: Session, report: ImportReport | undefined): Promise<void> {
  await session.refresh();
  session.pending = await session.mgit.pendingImports();
  if (report === undefined) return;
  const failed = report.models.some((model) => model.error !== undefined);
  if (failed || report.models.length === 0) session.show({ is: 'import-report', report });
  else
    session.toasts.add({
      tone: 'success',
      text: importSummary(report),
      action: {
        label: 'Details',
        run: () => {
          session.show({ is: 'import-report', report });
        },
      },
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
  await finish(session, report);
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
  await finish(session, report);
}

export async function discardImport(session: Session, id: ImportId): Promise<void> {
  try {
    await session.mgit.discardImport(id);
    session.pending = await session.mgit.pendingImports();
  } catch (error) {
    session.toasts.failed(error);
  }
}

async function fetched(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** Fetches the sample lineage from the app's own origin and imports it. */
export async function loadSample(session: Session): Promise<void> {
  const base = new URL('sample/', document.baseURI);
  const report = await session.task(
    'Load the sample lineage',
    async ({ signal, onProgress }) => {
      const response = await fetched(new URL('index.json', base).href, signal);
      const index = (await response.json()) as SampleIndex;
      const files: IncomingFile[] = [];
      for (const { path, url, modified } of index.files) {
        onProgress({
          step: `Fetching ${path}`,
          done: files.length,
          total: index.files.length,
          unit: 'files',
        });
        const blob = await (await fetched(new URL(url, base).href, signal)).blob();
        files.push({
          file: new File([blob], path.split('/').at(-1) ?? path, {
            ...(modified === undefined ? {} : { lastModified: Date.parse(modified) }),
          }),
          path,
        });
      }
      return session.mgit.import(files, { declared: index.declared, signal, onProgress });
    },
    importSummary,
  );
  await finish(session, report);
}
