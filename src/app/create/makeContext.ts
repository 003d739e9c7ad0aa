import type { CreationEvent } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Environment } from '../../core/training/report.ts';
import type { TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';
import { prepareUse } from '../data/prepareUse.ts';
import type { JobOrder, MakeContext } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import type { JobKeeper } from './jobRecord.ts';
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
  const job = trainJob(keeper.record.order, id, order);
  ports.running.set(keeper.id, id);
  const outcome = await ports.compute.train(
    known === undefined ? job : { ...job, from: known.checkpoint },
    {
      onEvent: (event) => {
        onEvent({ job: keeper.id, part, event });
      },
      onCheckpoint: (checkpoint) => keeper.put(part, { is: 'running', checkpoint }),
    },
    run.signal,
  );
  await keeper.put(part, { is: 'done', outcome });
  return outcome;
}
