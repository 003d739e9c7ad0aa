import type {
  CascadeBudget,
  CascadeEvent,
  CascadeOrder,
  CascadeReport,
  CascadeRun,
  PendingCascadeView,
} from '../../core/cascadeViews.ts';
import type { ImportId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { PendingImport } from '../../core/ports/lineageLog.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import { dropJob } from '../create/createModels.ts';
import { judgeOf } from '../modelTests/judge.ts';
import type { TestPorts } from '../modelTests/testPorts.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import type { CascadeControl } from './cascadeControl.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { isCascade, recordOf } from './cascadeRecord.ts';
import { madeBy } from './cascadeStates.ts';
import { previewCascade } from './previewCascade.ts';
import { reportOf } from './reportCascade.ts';
import { checkThere, resumeCascade, runCascade } from './runCascade.ts';
import { isOwnedBy } from './runItem.ts';

type OnCascadeEvent = (event: CascadeEvent) => void;

/** The part of the lineage service that brings models up to date after a new version of one above them. */
export function cascadeService(given: TestPorts) {
  const ports: CascadePorts = { ...given, judge: judgeOf(given) };
  const controls = new Map<string, CascadeControl>();
  const controlOf = (id: string): CascadeControl => {
    const control = controls.get(id);
    if (control === undefined) throw new LineageError('cascade-missing', { id });
    return control;
  };
  return {
    planCascade: (order: CascadeOrder) => previewCascade(ports, order),
    runCascade: (order: CascadeRun, run: Run, onEvent: OnCascadeEvent) =>
      runCascade(ports, order, { run, onEvent, controls }),
    pendingCascades: () => pendingCascades(ports),
    resumeCascade: (
      id: string,
      budget: CascadeBudget | undefined,
      run: Run,
      onEvent: OnCascadeEvent,
    ) => resumeCascade(ports, id, { run, onEvent, controls }, budget),
    cascadeReport: (id: string) => pendingReport(ports, id),
    pauseCascade: async (id: string) => {
      const control = controlOf(id);
      control.pause();
      await steerTraining(ports, control, (part) => ports.compute.pause(part));
    },
    continueCascade: async (id: string) => {
      const control = controlOf(id);
      control.continue();
      await steerTraining(ports, control, (part) => ports.compute.goOn(part));
    },
    discardCascade: (id: string) => discardCascade(ports, id, controls),
  };
}

/** Holds the training run that a cascade is at, or lets it go on; nothing between two. */
async function steerTraining(
  ports: CascadePorts,
  { job }: CascadeControl,
  act: (part: string) => Promise<void>,
): Promise<void> {
  const part = job === undefined ? undefined : ports.running.get(job);
  if (part === undefined) return;
  try {
    await act(part);
  } catch (error) {
    // It ended just now: the control holds what comes next.
    if (!isLineageError(error, 'job-missing')) throw error;
  }
}

async function pendingCascades(ports: CascadePorts): Promise<PendingCascadeView[]> {
  const views: PendingCascadeView[] = [];
  for (const pending of await ports.log.pendingImports())
    if (isCascade(pending) && pending.running !== true)
      views.push(await pendingView(ports, pending));
  return views;
}

async function pendingView(
  ports: CascadePorts,
  pending: PendingImport,
): Promise<PendingCascadeView> {
  const { id, startedAt } = pending;
  try {
    const { title, state } = recordOf(pending);
    const done = Object.values(state.items).filter((item) => madeBy(item) !== undefined).length;
    const view = { id, title, startedAt, done, total: state.plan.items.length };
    try {
      await checkThere(ports, state);
      return view;
    } catch (error) {
      if (!isLineageError(error, 'cascade-unfit')) throw error;
      return { ...view, unfit: error.data.reason };
    }
  } catch (error) {
    if (!isLineageError(error, 'storage-newer', 'record-corrupt')) throw error;
    const unfit =
      error.code === 'storage-newer'
        ? 'a newer version of this app began it'
        : 'what was kept of it cannot be read';
    return { id, title: 'An update cascade', startedAt, done: 0, total: 0, unfit };
  }
}

/** How a cascade that is not finished stands. @throws LineageError `cascade-missing`, and as `recordOf`. */
async function pendingReport(ports: CascadePorts, id: string): Promise<CascadeReport> {
  const pending = (await ports.log.pendingImports()).find((one) => one.id === (id as ImportId));
  if (pending === undefined || !isCascade(pending))
    throw new LineageError('cascade-missing', { id });
  return reportOf(recordOf(pending).state);
}

/** Forgets a cascade and what it has trained of the item it was at; what it stored stays. */
async function discardCascade(
  ports: CascadePorts,
  id: string,
  controls: ReadonlyMap<string, CascadeControl>,
): Promise<void> {
  if (controls.has(id))
    throw new LineageError('cascade-unfit', { reason: 'this cascade is running: cancel it first' });
  const all = await ports.log.pendingImports();
  const own = all.find((one) => one.id === (id as ImportId));
  if (own === undefined || !isCascade(own)) throw new LineageError('cascade-missing', { id });
  for (const pending of [own, ...all.filter((one) => isOwnedBy(one, id))])
    await dropJob(ports, pending.id);
  await collectGarbage(ports, unwatched);
}
