import { LineageError } from '../../../core/lineageError.ts';
import type { ByteSource } from '../../../core/ports/modelFormats.ts';
import type { Run } from '../../../core/ports/run.ts';

/** Bytes of the file that are held at once. */
const windowBytes = 1 << 17;

/**
 * A window that moves over a file. `bytes[0]` is the file's byte `base`; what was loaded once is
 * forgotten when the window moves on.
 */
export interface Window {
  bytes: Uint8Array;
  base: number;
}

/** Moves a window so that it holds `[offset, offset + length)`, or up to the file's end. */
export type LoadWindow = (offset: number, length: number) => Promise<void>;

/**
 * A window over `source`, empty at first.
 *
 * Each load looks at `run.signal`, and tells progress at each twentieth of the file.
 */
export function openWindow(
  source: ByteSource,
  run: Run,
): { readonly window: Window; readonly load: LoadWindow } {
  const window: Window = { bytes: new Uint8Array(0), base: 0 };
  let told = 0;
  const load: LoadWindow = async (offset, length) => {
    run.signal.throwIfAborted();
    const wanted = Math.min(Math.max(length, windowBytes), source.sizeBytes - offset);
    window.bytes = await source.read(offset, wanted);
    window.base = offset;
    if (window.bytes.length !== wanted)
      throw new LineageError('file-unreadable', {
        file: source.path,
        at: offset,
        reason: `only ${window.bytes.length} of ${wanted} bytes came`,
      });
    if (offset - told >= source.sizeBytes / 20) {
      told = offset;
      const step = `Reading ${source.path}`;
      run.onProgress?.({ step, done: offset, total: source.sizeBytes, unit: 'bytes' });
    }
  };
  return { window, load };
}
