import type { RepackPlanView, RepackReport } from '../../core/repackViews.ts';
import { bytes, counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';
import type { Task } from '../tasks/task.svelte.ts';

/** Where repacking stands, in this tab. */
export type RepackState =
  | { readonly is: 'idle' }
  | { readonly is: 'planning'; readonly task: Task }
  | { readonly is: 'planned'; readonly plan: RepackPlanView }
  | { readonly is: 'running'; readonly plan: RepackPlanView; readonly task: Task }
  | { readonly is: 'done'; readonly report: RepackReport };

/**
 * Looks for a smaller way to store, and takes it: each a task of the tray, so that both go on while the
 * panel is closed. What went wrong is told by the tray's card; here it is as before.
 */
export class RepackRun {
  state = $state.raw<RepackState>({ is: 'idle' });
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  readonly look = async (): Promise<void> => {
    const before = this.state;
    const task = this.#session.addTask('Look for a smaller way to store');
    this.state = { is: 'planning', task };
    const plan = await this.#session.follow(
      task,
      (run) => this.#session.mgit.repack.plan(run),
      (found) =>
        found.chunks === 0
          ? 'Nothing to gain'
          : `${bytes(found.before - found.after)} could be saved`,
    );
    this.state = plan === undefined ? before : { is: 'planned', plan };
  };

  readonly start = async (plan: RepackPlanView): Promise<void> => {
    const task = this.#session.addTask('Store in fewer bytes');
    this.state = { is: 'running', plan, task };
    const report = await this.#session.follow(
      task,
      (run) => this.#session.mgit.repack.run(plan.id, run),
      (done) =>
        `${done.cancelled ? 'Stopped: ' : ''}${bytes(done.before - done.after)} saved (${counted(done.chunks, 'chunk')})`,
    );
    this.state = report === undefined ? { is: 'idle' } : { is: 'done', report };
    this.#session.revision += 1;
  };
}

const runs = new WeakMap<Session, RepackRun>();

/** The one of a session: it outlives the panel. */
export function repackOf(session: Session): RepackRun {
  const run = runs.get(session) ?? new RepackRun(session);
  runs.set(session, run);
  return run;
}
