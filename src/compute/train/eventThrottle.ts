import type { TrainEvent } from '../../core/training/trainJob.ts';

/** Shortest time between two events that only show progress, in ms. */
const spacingMs = 100;

/**
 * Passes events on, at most ten a second. Of steps, and of epochs that follow each other faster, the newest
 * is told when it is time again (the report has them all); notices and devices are told at once.
 */
export class EventThrottle {
  readonly #tell: (event: TrainEvent) => void;
  #toldAt = -Infinity;
  readonly #waiting = new Map<TrainEvent['is'], TrainEvent>();

  constructor(tell: (event: TrainEvent) => void) {
    this.#tell = tell;
  }

  send(event: TrainEvent): void {
    if (event.is === 'notice' || event.is === 'device') {
      this.#tell(event);
      return;
    }
    this.#waiting.set(event.is, event);
    if (performance.now() - this.#toldAt >= spacingMs) this.flush();
  }

  /** Tells what is waiting, epochs before steps: at the end of a run nothing may be left. */
  flush(): void {
    for (const is of ['epoch', 'step'] as const) {
      const event = this.#waiting.get(is);
      if (event === undefined) continue;
      this.#waiting.delete(is);
      this.#toldAt = performance.now();
      this.#tell(event);
    }
  }
}
