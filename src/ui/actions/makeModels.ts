import type { CreateOrder, CreateReport, ReplayReport } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { createArguments } from '../create/createArguments.ts';
import { bytes, counted } from '../format.ts';
import type { TrainingCall } from '../mgitCreation.ts';
import type { Session } from '../session.svelte.ts';
import { TrainingRun, type RunGoal, type RunResult } from '../training/trainingRun.svelte.ts';

/** Runs of this tab that can be looked at again. */
const mostRuns = 20;

const gradeWords = {
  'equal-bits': 'bit for bit the same',
  'within-tolerance': 'the same within tolerance',
  differs: 'different',
} as const;

function resultText(result: RunResult): string {
  if (result.is === 'replayed') return `Replayed: ${gradeWords[result.report.grade.is]}`;
  const { models, rawBytes, storedBytes } = result.report;
  const [first] = models;
  const what = models.length === 1 && first ? first.name : counted(models.length, 'model');
  return `${what} made · ${bytes(rawBytes)} kept in ${bytes(storedBytes)}`;
}

function isShown(session: Session, run: TrainingRun): boolean {
  return session.dialog?.is === 'training' && session.dialog.run === run.id;
}

async function following(
  session: Session,
  title: string,
  goal: RunGoal,
  work: (call: TrainingCall) => Promise<RunResult>,
): Promise<void> {
  const show = () => {
    session.show({ is: 'training', run: run.id });
  };
  session.dismissEnded();
  const task = session.addTask(title, show);
  const run = new TrainingRun(title, goal, task);
  session.runs = [...session.runs.slice(1 - mostRuns), run];
  show();
  const result = await session.follow(
    task,
    (call) =>
      work({
        ...call,
        onEvent: (event) => {
          run.hear(event);
          if (event.event.is !== 'step') return;
          const { step: done, steps: total } = event.event;
          call.onProgress({ step: `Training ${event.part}`.trim(), done, total, unit: 'steps' });
        },
      }),
    resultText,
  );
  await session.refresh();
  // What was trained and could not be stored stays pending: space can be freed for it.
  if (result === undefined) session.pendingJobs = await session.mgit.pendingJobs();
  run.result = result;
  if (result === undefined || isShown(session, run)) return;
  session.dismissTask(task.id);
  session.toasts.add({
    tone: 'success',
    text: resultText(result),
    action: { label: 'Show', run: show },
  });
}

const madeOf = (report: CreateReport): RunResult => ({ is: 'made', report });
const replayedOf = (report: ReplayReport): RunResult => ({ is: 'replayed', report });

/** Makes models and shows the run; ends when they are there, or it failed or was cancelled. */
export function createModels(session: Session, title: string, order: CreateOrder): Promise<void> {
  const [fn, options] = createArguments(order);
  return following(session, title, { is: 'create', order }, async (call) =>
    madeOf(await session.mgit.create(fn, options, call)),
  );
}

/** Runs a model's recipe again and compares. */
export function replay(session: Session, node: NodeId): Promise<void> {
  const title = `Replay of ${session.nameOf(node)}`;
  return following(session, title, { is: 'replay', node }, async (call) =>
    replayedOf(await session.mgit.replay(node, call)),
  );
}

/** Goes on with a creation that a closed tab interrupted. */
export async function resumeJob(session: Session, id: string): Promise<void> {
  const title = session.pendingJobs.find((job) => job.id === id)?.title ?? 'Interrupted creation';
  session.pendingJobs = session.pendingJobs.filter((job) => job.id !== id);
  await following(session, title, { is: 'resume' }, async (call) =>
    madeOf(await session.mgit.resumeJob(id, call)),
  );
  session.pendingJobs = await session.mgit.pendingJobs();
}

export async function discardJob(session: Session, id: string): Promise<void> {
  try {
    await session.mgit.discardJob(id);
    session.pendingJobs = await session.mgit.pendingJobs();
  } catch (error) {
    session.toasts.failed(error);
  }
}

/** Pauses, continues or ends the part of a run that is going on. */
export async function steer(
  session: Session,
  run: TrainingRun,
  how: 'pause' | 'continue' | 'finish',
): Promise<void> {
  const part = run.active;
  if (part === undefined) return;
  try {
    if (how === 'pause') {
      await session.mgit.pauseJob(part.job);
      part.paused = true;
    } else if (how === 'continue') {
      await session.mgit.continueJob(part.job);
      part.restart();
    } else await session.mgit.finishJob(part.job);
  } catch (error) {
    session.toasts.failed(error);
  }
}

/** Closes the view of a run; one that has ended leaves the tray. */
export function leaveRun(session: Session, run: TrainingRun): void {
  if (!run.task.running) session.dismissTask(run.task.id);
}
