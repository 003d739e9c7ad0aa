import { takeFiles } from '../actions/takeFiles.ts';
import type { Session } from '../session.svelte.ts';
import { pickWithHandles } from './fileSources.ts';

/** Lets a person pick files or a folder and imports them. Must be called from a click or a key. */
export async function pickFiles(session: Session, what: 'files' | 'folder'): Promise<void> {
  try {
    const files = await pickWithHandles(what);
    if (files === undefined) document.getElementById(`import-${what}`)?.click();
    else await takeFiles(session, files);
  } catch (error) {
    session.toasts.failed(error);
  }
}
