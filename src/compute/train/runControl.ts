import { LineageError } from '../../core/lineageError.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import { nextTask } from './nextTask.ts';

/** Longest computing between two looks at the messages, in ms. */
const yieldAfterMs = 40;
/** Between two looks of a paused run, in ms: an abort is only seen by looking. */
const pausedLookMs = 50;

/** How one run is steered from outside, and when it lets the outside in. */
export class RunControl {
  #paused = false;
  #finishing = false;
  #yieldedAt = performance.now();
  #pausedMs = 0;
  readonly #signal: Cancellation;

  constructor(signal: Cancellation) {
    this.#signal = signal;
  }

  /** Whether the run is to end after the step it is at. */
  get finishing(): boolean {
    return this.#finishing;
  }

  /** Time spent paused, in ms. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  pause(): void {
    this.#paused = true;
  }

  goOn(): void {
    this.#paused = false;
  }

  finish(): void {
    this.#finishing = true;
    this.#paused = false;
  }

  /**
   * To be called between runs of a session: takes messages now and then, waits while paused.
   *
   * @throws AbortError once the signal is aborted.
   */
  async step(): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#paused && performance.now() - this.#yieldedAt < yieldAfterMs) return;
    await nextTask();
    const since = performance.now();
    const paused = this.#paused;
    while (this.#paused && !this.#signal.aborted)
      await new Promise((resume) => setTimeout(resume, pausedLookMs));
    this.#yieldedAt = performance.now();
    if (paused) this.#pausedMs += this.#yieldedAt - since;
    this.#signal.throwIfAborted();
  }
}

/** The runs that go on, by the id of their job. */
export class RunControls {
  readonly #controls = new Map<string, RunControl>();

  /** Runs `work` with a control of its own under `id`. */
  async with<Result>(
    id: string,
    signal: Cancellation,
    work: (control: RunControl) => Promise<Result>,
  ): Promise<Result> {
    if (this.#controls.has(id)) throw new Error(`job ${id} is running already`);
    const control = new RunControl(signal);
    this.#controls.set(id, control);
    try {
      return await work(control);
    } finally {
      this.#controls.delete(id);
    }
  }

  /** @throws LineageError `job-missing`. */
  of(id: string): RunControl {
    const control = this.#controls.get(id);
    if (control === undefined) throw new LineageError('job-missing', { id });
    return control;
  }
}
