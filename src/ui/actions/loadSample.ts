import type { NodeId } from '../../core/ids.ts';
import type { DeclaredEdge } from '../../core/views.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import { bytes, counted } from '../format.ts';
import type { Credit } from '../import/credit.ts';
import type { Session } from '../session.svelte.ts';
import type { TaskRun } from '../tasks/task.svelte.ts';
import { finishImport, importSummary } from './importModels.ts';

/** A lineage that ships with the app: its folder's `index.json`. Addresses are relative to it. */
interface SampleIndex extends Omit<Credit, 'extent'> {
  readonly files: readonly {
    readonly path: string;
    readonly url: string;
    /** ISO date of the original file: it tells which of two models came first. */
    readonly modified: string;
  }[];
  readonly declared: readonly DeclaredEdge[];
  readonly datasets?: readonly { readonly name: string; readonly files: readonly string[] }[];
}

/** The samples, by their folder. */
const samples = {
  sample: 'Load the sample lineage',
  digits: 'Load the digits to train on',
} as const;

async function fetched(url: URL, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`);
  return response;
}

async function fetchFiles(index: SampleIndex, base: URL, run: TaskRun): Promise<IncomingFile[]> {
  const files: IncomingFile[] = [];
  for (const { path, url, modified } of index.files) {
    run.onProgress({
      step: `Fetching ${path}`,
      done: files.length,
      total: index.files.length,
      unit: 'files',
    });
    const blob = await (await fetched(new URL(url, base), run.signal)).blob();
    const name = path.split('/').at(-1) ?? path;
    files.push({ file: new File([blob], name, { lastModified: Date.parse(modified) }), path });
  }
  return files;
}

async function addDatasets(
  session: Session,
  index: SampleIndex,
  base: URL,
  run: TaskRun,
): Promise<void> {
  for (const { name, files } of index.datasets ?? []) {
    const incoming: IncomingFile[] = [];
    for (const path of files) {
      const blob = await (await fetched(new URL(path, base), run.signal)).blob();
      incoming.push({ file: new File([blob], path), path });
    }
    const notes = `${index.attribution}. ${index.licence}, ${index.source}`;
    await session.mgit.addDataset(incoming, { name, notes, ...run });
  }
}

/** Fetches a sample from the app's own origin, imports it and says whose work it is. */
export async function loadSample(
  session: Session,
  sample: keyof typeof samples = 'sample',
): Promise<void> {
  const base = new URL(`${sample}/`, document.baseURI);
  const loaded = await session.task(
    samples[sample],
    async (run) => {
      const response = await fetched(new URL('index.json', base), run.signal);
      const index = (await response.json()) as SampleIndex;
      const files = await fetchFiles(index, base, run);
      const size = files.reduce((sum, { file }) => sum + file.size, 0);
      const credit: Credit = {
        title: index.title,
        licence: index.licence,
        licenceUrl: new URL(index.licenceUrl, base).href,
        attribution: index.attribution,
        source: index.source,
        extent: `${counted(files.length, 'file')}, ${bytes(size)}`,
      };
      const report = await session.mgit.import(files, { declared: index.declared, ...run });
      await addDatasets(session, index, base, run);
      return { report, credit };
    },
    ({ report }) => importSummary(report),
  );
  await finishImport(session, loaded?.report, loaded?.credit);
  const model = loaded?.report.models[0]?.id;
  if (sample === 'digits' && model !== undefined) offerTraining(session, model);
}

/** What comes with data is there to be trained: shows the model, and the way to train it. */
function offerTraining(session: Session, model: NodeId): void {
  session.open(model, 'overview');
  session.toasts.add({
    tone: 'info',
    text: `${session.nameOf(model)} and digits that it has not seen are here: train it on them.`,
    action: {
      label: 'Train it…',
      run: () => {
        session.show({ is: 'create', start: { order: { parents: [model] } } });
      },
    },
  });
}
