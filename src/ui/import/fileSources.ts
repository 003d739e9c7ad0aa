import type { IncomingFile } from '../../rpc/calls.ts';

/** A folder's handle, as far as it is read here; the DOM's types lack its iteration. */
type FolderHandle = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemFileHandle | FileSystemDirectoryHandle>;
};

/** What Chromium adds to items and windows; absent in other browsers. */
interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}
interface PickerWindow {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

const isFolder = (handle: FileSystemHandle): handle is FolderHandle => handle.kind === 'directory';

async function fromHandle(handle: FileSystemHandle, parent: string): Promise<IncomingFile[]> {
  const path = parent === '' ? handle.name : `${parent}/${handle.name}`;
  if (!isFolder(handle))
    return [{ file: await (handle as FileSystemFileHandle).getFile(), path, handle }];
  const files: IncomingFile[] = [];
  for await (const child of handle.values())
    if (!child.name.startsWith('.')) files.push(...(await fromHandle(child, path)));
  return files;
}

/** All entries of a folder; a reader gives them in batches until one is empty. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

async function fromEntry(entry: FileSystemEntry): Promise<IncomingFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ file, path }];
  }
  const files: IncomingFile[] = [];
  for (const child of await children(entry as FileSystemDirectoryEntry))
    if (!child.name.startsWith('.')) files.push(...(await fromEntry(child)));
  return files;
}

async function fromItem(item: DataTransferItem): Promise<() => Promise<IncomingFile[]>> {
  // All three are asked before the first await: a DataTransfer is empty after its event.
  const asked = (item as HandleItem).getAsFileSystemHandle?.();
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  const handle = await asked?.catch(() => undefined); // no handle: the entry or the file does
  if (handle) return () => fromHandle(handle, '');
  if (entry) return () => fromEntry(entry);
  return () => Promise.resolve(file === null ? [] : [{ file, path: file.name }]);
}

/**
 * The files of a drop or a paste, folders walked through, with handles where the browser gives
 * them. Must be called during the event. Hidden files (`.git`, `.DS_Store`) are left out.
 */
export async function filesOfTransfer(transfer: DataTransfer): Promise<IncomingFile[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file').map(fromItem);
  const files: IncomingFile[] = [];
  for (const item of items) files.push(...(await (await item)()));
  return files;
}

const cancelled = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

/**
 * Lets a person pick files or a folder. Undefined where the browser has no picker that gives
 * handles; an input element then does. Empty when the person cancels.
 */
export async function pickWithHandles(
  what: 'files' | 'folder',
): Promise<IncomingFile[] | undefined> {
  const pickers = window as PickerWindow;
  try {
    if (what === 'folder') {
      const folder = await pickers.showDirectoryPicker?.();
      return folder && (await fromHandle(folder, ''));
    }
    const handles = await pickers.showOpenFilePicker?.({ multiple: true });
    return handles && (await Promise.all(handles.map((handle) => fromHandle(handle, '')))).flat();
  } catch (error) {
    if (cancelled(error)) return [];
    throw error;
  }
}

/** What Chromium adds to handles; absent elsewhere, and then nothing needs to be asked. */
interface AskableHandle {
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}

/** Asks a person for leave to read files again after a reload. Must be called from a click or a key. */
export async function mayRead(handles: readonly unknown[]): Promise<boolean> {
  for (const handle of handles) {
    const state = await (handle as AskableHandle | undefined)?.requestPermission?.({
      mode: 'read',
    });
    if (state !== undefined && state !== 'granted') return false;
  }
  return true;
}
