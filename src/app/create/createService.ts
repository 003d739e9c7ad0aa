import type {
  CreateOrder,
  FunctionView,
  PendingJobView,
  TryInput,
} from '../../core/creationViews.ts';
import type { DatasetId, ImportId, NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { PendingImport } from '../../core/ports/lineageLog.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import type { TrainReport } from '../../core/training/report.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import { proposeUse } from '../data/proposeUse.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { createModels, dropJob, resumeCreation, type OnCreationEvent } from './createModels.ts';
import type { CreatePorts } from './createPorts.ts';
import { jobOf, type JobRecord } from './jobRecord.ts';
import { parentModel } from './parentModel.ts';
import { previewCreation } from './previewCreation.ts';
import { replayModel } from './replayModel.ts';
import { predictModels, tryView } from './tryModel.ts';

/** The part of the lineage service that makes models and tries them. */
export function createService(ports: CreatePorts) {
  const current = (job: string, act: (part: string) => Promise<void>) => {
    const part = ports.running.get(job);
    return part === undefined ? Promise.resolve() : act(part);
  };
  return {
    functions: (parents: readonly NodeId[]) => listFunctions(ports, parents),
    proposeUse: async (parents: readonly NodeId[], dataset: DatasetId) =>
      proposeUse(
        ports,
        await Promise.all(parents.map((id) => parentModel(ports, id, unwatched))),
        dataset,
        unwatched,
      ),
    previewCreation: (order: CreateOrder, run: Run) => previewCreation(ports, order, run),
    create: (order: CreateOrder, run: Run, onEvent: OnCreationEvent) =>
      createModels(ports, order, run, onEvent),
    pauseJob: (job: string) => current(job, (part) => ports.compute.pause(part)),
    continueJob: (job: string) => current(job, (part) => ports.compute.goOn(part)),
    finishJob: (job: string) => current(job, (part) => ports.compute.finish(part)),
    pendingJobs: () => pendingJobs(ports),
    resumeJob: (id: string, run: Run, onEvent: OnCreationEvent) =>
      resumeCreation(ports, id as ImportId, run, onEvent),
    discardJob: (id: string) => discardJob(ports, id as ImportId),
    replay: (id: NodeId, run: Run, onEvent: OnCreationEvent) =>
      replayModel(ports, id, run, onEvent),
    trainingReport: async (id: NodeId) => {
      const { snapshot } = nodeOf(await ports.session.lineage(), id);
      return (await ports.content.derived(snapshot, 'training')) as TrainReport | undefined;
    },
    tryView: (id: NodeId) => tryView(ports, id, unwatched),
    predict: (ids: readonly NodeId[], inputs: Readonly<Record<string, TryInput>>, run: Run) =>
      predictModels(ports, ids, inputs, run),
    devices: () => ports.compute.describe(),
  };
}

async function listFunctions(ports: CreatePorts, ids: readonly NodeId[]): Promise<FunctionView[]> {
  const parents = await Promise.all(ids.map((id) => parentModel(ports, id, unwatched)));
  return Promise.all(
    ports.functions.map(async (fn) => {
      const { id, version, title, summary, scenario, data, schema } = fn;
      const { min, max } = fn.parents;
      const unfit = await unfitness(fn, parents);
      const view = { id, version, title, summary, scenario, parents: { min, max }, data, schema };
      return unfit === undefined ? view : { ...view, unfit };
    }),
  );
}

async function unfitness(
  fn: CreatePorts['functions'][number],
  parents: Parameters<typeof fn.unfit>[0],
): Promise<string | undefined> {
  const { min, max } = fn.parents;
  if (parents.length < min) return `select at least ${min} models`;
  if (parents.length > max)
    return max === 1 ? 'select one model only' : `select at most ${max} models`;
  return fn.unfit(parents);
}

async function pendingJobs(ports: CreatePorts): Promise<PendingJobView[]> {
  const pending = await ports.log.pendingImports();
  return pending.flatMap((one) => {
    if (one.job === undefined || one.running === true || isOwned(one)) return [];
    return [pendingJob(one, ports.unsaved.get(one.id))];
  });
}

/** Whether something larger goes on with it: a cascade with its steps. */
function isOwned({ job }: PendingImport): boolean {
  return typeof job === 'object' && job !== null && 'owner' in job;
}

function pendingJob(pending: PendingImport, unsaved: JobRecord | undefined): PendingJobView {
  const { id, startedAt } = pending;
  try {
    const job = unsaved ?? jobOf(pending);
    if (job === undefined) throw new Error('an import among the jobs');
    const view = { id, title: job.title, startedAt, step: stepOf(job) };
    return job.savedAt === undefined ? view : { ...view, savedAt: job.savedAt };
  } catch (error) {
    if (!isLineageError(error, 'storage-newer', 'record-corrupt')) throw error;
    const unfit =
      error.code === 'storage-newer'
        ? 'a newer version of this app began it'
        : 'what was kept of it cannot be read';
    return { id, title: 'A creation', startedAt, step: 0, unfit };
  }
}

function stepOf(job: JobRecord): number {
  let step = 0;
  for (const part of job.parts.values())
    step += part.is === 'done' ? part.outcome.report.steps : part.checkpoint.step;
  return step;
}

async function discardJob(ports: CreatePorts, id: ImportId): Promise<void> {
  await dropJob(ports, id);
  await collectGarbage(ports, unwatched);
}
