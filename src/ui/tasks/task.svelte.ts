import type { Progress } from '../../core/ports/run.ts';
import { paceMeter, type Pace } from './pace.ts';

export type TaskState =
  | { readonly is: 'running'; readonly progress: Progress | undefined; readonly pace: Pace }
  | { readonly is: 'done'; readonly summary: string }
  | { readonly is: 'cancelled' }
  | { readonly is: 'failed'; readonly error: unknown };

/** What a task's work is given. */
export interface TaskRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** How long a task that did not fail stays in the tray after its end, in ms. */
export const endedStaysMs = 6000;

const unknownPace: Pace = { rate: undefined, remainingMs: undefined };
let made = 0;

/** One long task as the page sees it: a reactive state, and a way to stop it. */
export class Task {
  readonly id: number;
  readonly title: string;
  // Raw: progress crosses the wire and is replaced, never edited.
  state = $state.raw<TaskState>({ is: 'running', progress: undefined, pace: unknownPace });
  /** Shows more of the task than its card, where there is more. */
  readonly open: (() => void) | undefined;
  readonly #controller = new AbortController();
  readonly #pace = paceMeter();

  constructor(title: string, open?: (task: Task) => void) {
    made += 1;
    this.id = made;
    this.title = title;
    this.open =
      open &&
      (() => {
        open(this);
      });
  }

  get running(): boolean {
    return this.state.is === 'running';
  }

  readonly cancel = (): void => {
    this.#controller.abort();
  };

  /** Runs `work` and follows it. Gives its value; undefined when it was cancelled or failed. */
  async follow<T>(
    work: (run: TaskRun) => Promise<T>,
    summary: (value: T) => string,
  ): Promise<T | undefined> {
    const { signal } = this.#controller;
    const onProgress = (progress: Progress) => {
      if (this.state.is !== 'running') return;
      const pace = this.#pace(performance.now(), progress.done, progress.total);
      this.state = { is: 'running', progress, pace };
    };
    try {
      const value = await work({ signal, onProgress });
      this.state = { is: 'done', summary: summary(value) };
      return value;
    } catch (error) {
      this.state = signal.aborted ? { is: 'cancelled' } : { is: 'failed', error };
      return undefined;
    }
  }
}
