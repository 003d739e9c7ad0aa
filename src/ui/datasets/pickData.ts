import { pickWithHandles } from '../import/fileSources.ts';
import { incoming } from '../longCall.ts';
import type { IncomingFile } from '../../rpc/calls.ts';

/** Lets a person pick files in a browser whose pickers give no handles. Empty when they cancel. */
function pickByInput(what: 'files' | 'folder'): Promise<IncomingFile[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = what === 'folder';
  return new Promise((resolve) => {
    input.onchange = () => {
      resolve([...(input.files ?? [])].map(incoming));
    };
    input.oncancel = () => {
      resolve([]);
    };
    input.click();
  });
}

/** Lets a person pick the files of a data set. Must be called from a click or a key. */
export async function pickData(what: 'files' | 'folder'): Promise<readonly IncomingFile[]> {
  return (await pickWithHandles(what)) ?? pickByInput(what);
}
