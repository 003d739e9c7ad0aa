import type { Checkpoint } from '../../core/training/trainJob.ts';

/** Hands checkpoints on when it is time, one at a time, and keeps the last for a device that is lost. */
export class CheckpointStore {
  /** The last checkpoint of this job; not shared with anybody. */
  last: Checkpoint | undefined;
  readonly #store: (checkpoint: Checkpoint) => Promise<void>;
  readonly #everyMs: number;
  #storedAt = performance.now();
  #storing: Promise<void> = Promise.resolve();

  constructor(
    store: (checkpoint: Checkpoint) => Promise<void>,
    seconds: number,
    from: Checkpoint | undefined,
  ) {
    this.#store = store;
    this.#everyMs = seconds * 1000;
    this.last = from;
  }

  due(): boolean {
    return performance.now() - this.#storedAt >= this.#everyMs;
  }

  /** Waits only for the checkpoint before. Rejects if that one could not be stored. */
  async put(checkpoint: Checkpoint): Promise<void> {
    await this.#storing;
    this.last = checkpoint;
    // A copy, as its buffers may be moved to another thread.
    this.#storing = this.#store(structuredClone(checkpoint));
    // Thrown by the next `put` or by `settled`.
    this.#storing.catch(() => undefined);
    this.#storedAt = performance.now();
  }

  /** Resolves once nothing is being stored. */
  async settled(): Promise<void> {
    await this.#storing;
  }
}
