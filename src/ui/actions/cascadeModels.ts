import type { CascadeBudget, CascadeReport, CascadeRun } from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { CascadeProgress, Cascades, cascadesOf } from '../cascade/cascades.svelte.ts';
import type { CascadeCall } from '../mgitCascade.ts';
import type { Session } from '../session.svelte.ts';

/** Cascades of this tab that can be looked at again. */
const mostRuns = 10;

interface Begun {
  readonly title: string;
  readonly old?: NodeId;
  readonly new?: NodeId;
}

/** Follows a cascade as a task; the panel shows it, and can be closed and opened again. */
async function following(
  session: Session,
  { title, ...of }: Begun,
  work: (call: CascadeCall) => Promise<CascadeReport>,
): Promise<void> {
  const cascades = cascadesOf(session);
  const key = Cascades.nextKey();
  const show = () => {
    session.openSide({ is: 'cascade', ...of, id: key });
  };
  session.dismissEnded();
  const task = session.addTask(title, show);
  const run = new CascadeProgress(key, title, task, of);
  cascades.runs = [...cascades.runs.slice(1 - mostRuns), run];
  show();
  const report = await session.follow(
    task,
    (call) => work({ ...call, onEvent: run.hear }),
    ({ summary }) => summary,
  );
  run.report = report;
  await session.refresh();
  await readPending(session);
  const { side } = session;
  if (report === undefined || (side?.is === 'cascade' && side.id === key)) return;
  session.dismissTask(task.id);
  session.toasts.add({
    tone: report.finished && report.rejected === 0 ? 'success' : 'info',
    text: report.summary,
    action: { label: 'Show', run: show },
  });
}

/** Brings what is below a model up to date. */
export function beginCascade(session: Session, order: CascadeRun): Promise<void> {
  const { old, new: newer, ...options } = order.order;
  const title = `Update for ${session.nameOf(newer)}`;
  const { gate, budget, device } = order;
  return following(session, { title, old, new: newer }, (call) =>
    session.mgit.cascade.run(
      {
        old,
        new: newer,
        ...options,
        ...(gate === undefined ? {} : { gate }),
        ...(budget === undefined ? {} : { budget }),
        ...(device === undefined ? {} : { device }),
      },
      call,
    ),
  );
}

/** Goes on with what is left of a cascade, and tries again what failed. */
export function continueCascade(
  session: Session,
  id: string,
  budget?: CascadeBudget,
): Promise<void> {
  const cascades = cascadesOf(session);
  const title =
    cascades.find(id)?.title ??
    cascades.pending.find((one) => one.id === id)?.title ??
    'Interrupted update';
  cascades.pending = cascades.pending.filter((one) => one.id !== id);
  return following(session, { title }, (call) =>
    session.mgit.cascade.resume(id, { ...call, ...(budget === undefined ? {} : { budget }) }),
  );
}

/** Forgets what is left of a cascade; what it made stays. Tells whether it was done. */
export async function discardCascade(session: Session, id: string): Promise<boolean> {
  try {
    await session.mgit.cascade.discard(id);
    await readPending(session);
    return true;
  } catch (error) {
    session.toasts.failed(error);
    return false;
  }
}

/** Holds a cascade, or lets it go on. */
export async function holdCascade(
  session: Session,
  run: CascadeProgress,
  hold: boolean,
): Promise<void> {
  const { id } = run;
  if (id === undefined) return;
  try {
    await (hold ? session.mgit.cascade.pause(id) : session.mgit.cascade.continue(id));
    run.paused = hold;
    const part = run.training?.active;
    if (part === undefined) return;
    if (hold) part.paused = true;
    else part.restart();
  } catch (error) {
    session.toasts.failed(error);
  }
}

/** Reads which cascades are not finished. */
export async function readPending(session: Session): Promise<void> {
  try {
    cascadesOf(session).pending = await session.mgit.cascade.pending();
  } catch (error) {
    session.toasts.failed(error);
  }
}
