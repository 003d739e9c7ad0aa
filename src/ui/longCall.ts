import type { Cancellation } from '../core/ports/run.ts';
import type { IncomingFile, OnProgress } from '../rpc/calls.ts';

/** What every long call takes: a way to stop it, and a way to hear how far it is. */
export interface LongCall {
  readonly signal?: Cancellation;
  readonly onProgress?: OnProgress;
}

/** Files as a drop, a picker or a script gives them. */
export type FileSource = FileList | readonly (File | IncomingFile)[];

/** A file with the path it has in the folder it came from; its name where it came alone. */
export function incoming(source: File | IncomingFile): IncomingFile {
  if (!(source instanceof File)) return source;
  return { file: source, path: source.webkitRelativePath || source.name };
}

/** Signal and progress as the wire wants them: always there. */
export function run(options: LongCall | undefined): [Cancellation, OnProgress] {
  return [
    options?.signal ?? new AbortController().signal,
    options?.onProgress ?? (() => undefined),
  ];
}
