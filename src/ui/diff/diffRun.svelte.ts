import type { TensorDifference } from '../../core/diffViews.ts';
import { Task, type TaskRun } from '../tasks/task.svelte.ts';
import { byPair, type KnownRows } from './layerChange.ts';

/** Compares the tensors of `pairs`, and tells each row as soon as it is known. */
export type AskRows = (
  pairs: readonly number[],
  run: TaskRun,
  onRow: (row: TensorDifference) => void,
) => Promise<unknown>;

/** How often rows that stream in reach the page, in ms. */
const flushMs = 150;

/**
 * The differences of tensors as they stream in. Its task is shown in the view itself, and ends with it:
 * nothing goes on behind a view that was left.
 */
export class DiffRun {
  /** Rows so far, by pair. */
  known = $state.raw<KnownRows>(byPair([]));
  task = $state.raw<Task | undefined>(undefined);
  readonly pairs: readonly number[];
  readonly #ask: AskRows;
  readonly #rows: TensorDifference[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pairs - to be compared. */
  constructor(pairs: readonly number[], ask: AskRows) {
    this.pairs = pairs;
    this.#ask = ask;
  }

  get missing(): number {
    return this.pairs.length - this.known.size;
  }

  /** Compares what is not yet compared. */
  readonly start = (): void => {
    this.#flush();
    const pairs = this.pairs.filter((pair) => !this.known.has(pair));
    if (pairs.length === 0 || this.task?.running === true) return;
    this.task = new Task('Compare tensors');
    void this.task
      .follow(
        (run) => this.#ask(pairs, run, this.#note),
        () => '',
      )
      .finally(this.#flush);
  };

  /** What is known stays. */
  readonly stop = (): void => {
    this.task?.cancel();
    clearTimeout(this.#timer);
  };

  readonly #note = (row: TensorDifference): void => {
    this.#rows.push(row);
    this.#timer ??= setTimeout(this.#flush, flushMs);
  };

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.known = byPair(this.#rows);
  };
}
