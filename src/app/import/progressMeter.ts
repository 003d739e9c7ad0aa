import type { Progress, Run } from '../../core/ports/run.ts';

/** Time between two progress calls, ms: ten a second is all that people can follow. */
const intervalMs = 100;

/** Counts bytes of a long task and passes them on, at most ten times a second. */
export interface ProgressMeter {
  /** Names what is being done; told at once. */
  step(title: string): void;
  /** Adds bytes done. Also where a cancelled task stops. @throws AbortError */
  add(bytes: number): void;
}

/** @param now - ms; only differences matter. */
export function progressMeter(run: Run, total: number, now: () => number): ProgressMeter {
  let done = 0;
  let title = '';
  let toldAt = -Infinity;
  const tell = () => {
    toldAt = now();
    const progress: Progress = { step: title, done: Math.min(done, total), total, unit: 'bytes' };
    run.onProgress?.(progress);
  };
  return {
    step(next) {
      run.signal.throwIfAborted();
      title = next;
      if (now() - toldAt >= intervalMs) tell();
    },
    add(bytes) {
      run.signal.throwIfAborted();
      done += bytes;
      if (now() - toldAt >= intervalMs) tell();
    },
  };
}
