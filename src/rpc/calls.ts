import type { CreationEvent } from '../core/creationViews.ts';
import type { Cancellation, Progress } from '../core/ports/run.ts';

/*
 * What calls over the wire take besides plain data.
 */

/** Progress calls cross the wire: `wire.ts` makes proxies of them. */
export type OnProgress = (progress: Progress) => void;
export type OnCreationEvent = (event: CreationEvent) => void;
/** An `AbortSignal` on both sides; `transfer.ts` carries it. */
export type Signal = Cancellation;

/** A file dropped, picked or pasted. */
export interface IncomingFile {
  readonly file: File;
  /** Path in the dropped folder, or just the name. */
  readonly path: string;
  /** A `FileSystemFileHandle` where the browser gives one: lets an import go on after a reload. */
  readonly handle?: unknown;
}
