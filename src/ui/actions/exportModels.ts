import type { NodeId } from '../../core/ids.ts';
import { bytes, counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';

/** A download needs its address a while after the click; then the memory is given back. */
const keepAddressMs = 60_000;

/** Offers a file as a download. Its bytes are never read here. */
export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, keepAddressMs);
}

/** Makes a file as a task, and offers it as a download. */
export async function exportedFile(
  session: Session,
  title: string,
  work: (run: { readonly signal: AbortSignal }) => Promise<File>,
): Promise<void> {
  const file = await session.task(title, work, (made) => `${made.name}, ${bytes(made.size)}`);
  if (file !== undefined) download(file);
}

/** One model as its own file; as a zip where it has several files, or there are several models. */
export async function exportModels(session: Session, ids: readonly NodeId[]): Promise<void> {
  const [only] = ids;
  if (only === undefined) return;
  const { mgit } = session;
  if (ids.length > 1)
    return exportedFile(session, `Export ${counted(ids.length, 'model')}`, (run) =>
      mgit.exportZip(ids, run),
    );
  await exportedFile(session, `Export ${session.nameOf(only)}`, async (run) => {
    const files = await mgit.export(only, run);
    const [file] = files;
    return files.length === 1 && file !== undefined ? file : mgit.exportZip([only], run);
  });
}

export async function exportSafetensors(session: Session, id: NodeId): Promise<void> {
  await exportedFile(session, `Export ${session.nameOf(id)} as safetensors`, (run) =>
    session.mgit.exportSafetensors(id, run),
  );
}
