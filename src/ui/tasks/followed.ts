import type { Session } from '../session.svelte.ts';
import type { Task, TaskRun } from './task.svelte.ts';

/** What came of a task that its view follows. */
export type Followed<T> =
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'cancelled' }
  | { readonly is: 'failed'; readonly error: unknown };

/** Runs `work` as a task that is in the tray already, and tells how it ended. */
export async function followed<T>(
  session: Session,
  task: Task,
  work: (run: TaskRun) => Promise<T>,
  summary: (value: T) => string,
): Promise<Followed<T>> {
  let value: { readonly of: T } | undefined;
  await session.follow(
    task,
    async (run) => {
      value = { of: await work(run) };
      return value.of;
    },
    summary,
  );
  if (value !== undefined) return { is: 'done', value: value.of };
  return task.state.is === 'failed'
    ? { is: 'failed', error: task.state.error }
    : { is: 'cancelled' };
}
