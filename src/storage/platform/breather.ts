import type { Environment } from '../environment.ts';

/** Computing goes on at most this long without letting other tasks run, in ms. */
const breathMs = 40;

/** Lets other tasks run when computing has gone on for long enough. */
export function breather({
  now,
  nextTask,
}: Pick<Environment, 'now' | 'nextTask'>): () => Promise<void> {
  let last = now();
  return async () => {
    if (now() - last < breathMs) return;
    await nextTask();
    last = now();
  };
}
