import type { Progress, Run } from '../../core/ports/run.ts';
import type { DatasetPorts } from './datasetPorts.ts';

/** Keeps a long loop polite: now and then it lets events come, and stops when it is told to. */
export interface Pacer {
  /** To be awaited once per row or file. */
  step(): Promise<void> | undefined;
  /** Tells how many files are read. */
  tell(step: string, done: number, total: number): void;
}

/** Rows between two pauses: some 20 ms of parsing. */
const rowsBetweenPauses = 4096;

export function pacerOf(run: Run, ports: Pick<DatasetPorts, 'pause'>): Pacer {
  let steps = 0;
  let told = -1;
  return {
    step() {
      if (++steps % rowsBetweenPauses !== 0) return undefined;
      return ports.pause().then(() => {
        run.signal.throwIfAborted();
      });
    },
    tell(step, done, total) {
      run.signal.throwIfAborted();
      // At most a hundred messages a reading, however many files.
      const percent = Math.floor((done * 100) / Math.max(1, total));
      if (percent === told) return;
      told = percent;
      const progress: Progress = { step, done, total, unit: 'files' };
      run.onProgress?.(progress);
    },
  };
}
