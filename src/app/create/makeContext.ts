import type { CreationEvent } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { Run } from '../../core/ports/run.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { RunCourse } from '../../core/recipe/recipe.ts';
import type { Environment, TrainNotice } from '../../core/training/report.ts';
import type { TrainEvent, TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';
import { prepareUse } from '../data/prepareUse.ts';
import type { JobOrder, MakeContext } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import type { JobKeeper, PartState } from './jobRecord.ts';
import type { StoredParent } from './parentModel.ts';

/** Seconds between two checkpoints: the most work a closed tab loses. */
const checkpointSeconds = 10;

export interface MakeOrder {
  readonly keeper: JobKeeper;
  readonly parents: readonly StoredParent[];
  readonly onEvent: (event: CreationEvent) => void;
}

/** What a creation function works with: data, a device, and a place for checkpoints. */
export function makeContext(
  ports: CreatePorts,
  { keeper, parents, onEvent }: MakeOrder,
  run: Run,
): MakeContext {
  const { order } = keeper.record;
  const prepare = (use: DataUse) => prepareUse(ports, use, run);
  return {
    parents,
    args: order.arguments,
    data: order.data,
    seed: order.seed,
    prepare,
    prepared: (index) => {
      const use = order.data[index];
      if (use === undefined) throw new Error(`no data set ${index}`);
      return prepare(use);
    },
    train: (part, job) => trainPart(ports, { keeper, parents, onEvent }, part, job, run),
    evaluate: (network, heads, data) =>
      ports.compute.evaluate(network, heads, data, order.device, run.signal),
    environment: plainEnvironment(ports),
    run,
  };
}

/** The environment of what is computed without a device: in TypeScript, the same bits everywhere. */
export function plainEnvironment(ports: Pick<CreatePorts, 'app'>): Environment {
  return { app: ports.app, backend: 'none' };
}

/** A job of a settled order, ready for the device. */
export function trainJob(
  { device, threads }: { readonly device: TrainJob['device']; readonly threads?: number },
  id: string,
  job: JobOrder,
): TrainJob {
  return {
    id,
    ...job,
    device,
    checkpointSeconds,
    ...(threads === undefined ? {} : { threads }),
  };
}

/** The id under which the device knows a part of a creation. */
export function partId(job: string, part: string): string {
  return `${job}/${part}`;
}

async function trainPart(
  ports: CreatePorts,
  { keeper, onEvent }: MakeOrder,
  part: string,
  order: JobOrder,
  run: Run,
): Promise<TrainOutcome> {
  const known = keeper.record.parts.get(part);
  if (known?.is === 'done') return known.outcome;
  const id = partId(keeper.id, part);
  const settled = keeper.record.order;
  const job = repeated(trainJob(settled, id, order), settled.runs?.[part]);
  const send = (event: TrainEvent): void => {
    onEvent({ job: keeper.id, part, event });
  };
  const unsaved: TrainNotice[] = [];
  const keep = async (state: PartState, step: number): Promise<void> => {
    try {
      await keeper.put(part, state);
      ports.unsaved.delete(keeper.id);
    } catch (error) {
      if (!isLineageError(error, 'quota-exceeded', 'storage-unavailable')) throw error;
      // Training goes on: better a model that a closed tab would have lost than none.
      ports.unsaved.set(keeper.id, keeper.record);
      if (unsaved.length > 0) return;
      const notice = { step, is: 'not-saved', text: notSaved } as const;
      unsaved.push(notice);
      send({ is: 'notice', notice });
    }
  };
  ports.running.set(keeper.id, id);
  const trained = await ports.compute.train(
    known === undefined ? job : { ...job, from: known.checkpoint },
    {
      onEvent: send,
      onCheckpoint: (checkpoint) => keep({ is: 'running', checkpoint }, checkpoint.step),
    },
    run.signal,
  );
  const { report } = trained;
  const notices = [...report.notices, ...unsaved];
  const outcome = { ...trained, report: { ...report, notices } };
  await keep({ is: 'done', outcome }, report.steps);
  return outcome;
}

const notSaved =
  'There is no space to keep what is trained so far: if this tab closes, it is lost. Free some space.';

/** A job that goes as another run of it went. */
function repeated(job: TrainJob, course: RunCourse | undefined): TrainJob {
  const { finishedAt, microBatch = job.settings.microBatch } = course ?? {};
  return {
    ...job,
    settings: { ...job.settings, microBatch },
    ...(finishedAt === undefined ? {} : { finishAt: finishedAt }),
  };
}
