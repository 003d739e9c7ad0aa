import type { IncomingFile } from '../../rpc/calls.ts';
import { sortFiles } from '../datasets/looksLikeData.ts';
import { counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';
import { importFiles } from './importModels.ts';

const isLineageFile = (path: string) => /\.mgit\.zip$/i.test(path);

/**
 * Takes files that were dropped, pasted or picked: models are imported; data becomes a data set, as whoever
 * is waiting for data or a dialog says how.
 */
export async function takeFiles(session: Session, files: readonly IncomingFile[]): Promise<void> {
  if (files.length === 0) return;
  const lineage = files.find(({ path }) => isLineageFile(path));
  if (lineage !== undefined && files.length === 1) {
    session.openWork({ is: 'branches', files });
    return;
  }
  const { models, data, others } = await sortFiles(files);
  const offer = () => {
    if (session.takeData !== undefined) session.takeData(data);
    else session.show({ is: 'add-dataset', files: data });
  };
  if (data.length === 0) return importFiles(session, files);
  if (models.length === 0) {
    // Files without a known name beside data (labels, a list) are nothing to import.
    if (others.length > data.length) return importFiles(session, files);
    offer();
    return;
  }
  session.toasts.add({
    tone: 'info',
    text: `${counted(data.length, 'file')} look${data.length === 1 ? 's' : ''} like data.`,
    action: { label: 'Add as a data set…', run: offer },
  });
  await importFiles(session, [...models, ...others]);
}
