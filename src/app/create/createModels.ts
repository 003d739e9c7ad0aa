import type { CreateOrder, CreateReport, CreationEvent } from '../../core/creationViews.ts';
import type { ImportId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import type { CreationFunction, MadeModel } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import { jobOf, keepJob, type JobKeeper, type JobRecord, type SettledOrder } from './jobRecord.ts';
import { makeContext } from './makeContext.ts';
import { parentModel, type StoredParent } from './parentModel.ts';
import { settleOrder } from './settleOrder.ts';
import { storeMade } from './storeMade.ts';

export type OnCreationEvent = (event: CreationEvent) => void;

/**
 * Makes models from their parents: settles what the order leaves open, runs the creation function, and
 * stores its models with their recipes and edges in one operation. Training runs keep checkpoints, so
 * that a closed tab can go on (`resumeCreation`).
 *
 * Nothing shows before the commit. Cancelled or failed, everything written is taken back.
 *
 * @throws LineageError `recipe-invalid`, `data-unfit`, and what the function, the device and the store
 *   throw.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function createModels(
  ports: CreatePorts,
  order: CreateOrder,
  run: Run,
  onEvent: OnCreationEvent,
): Promise<CreateReport> {
  const parents = await parentsOf(ports, order, run);
  const settled = await settleOrder(ports, order, parents, run);
  const fn = ports.functionOf(order.function);
  const title = `${fn.title} of ${parents.map(({ node }) => node.name).join(', ')}`;
  const record: JobRecord = { version: 1, title, order: settled, parts: new Map() };
  const id = ports.newId() as ImportId;
  const keeper = await keepJob(ports.log, id, ports.now(), record, ports.now);
  return carryOut(ports, keeper, parents, run, onEvent);
}

/**
 * Goes on with a creation that a closed tab interrupted, from its last checkpoint.
 *
 * @throws LineageError `job-missing`, and as `createModels`.
 */
export async function resumeCreation(
  ports: CreatePorts,
  id: ImportId,
  run: Run,
  onEvent: OnCreationEvent,
): Promise<CreateReport> {
  const pending = (await ports.log.pendingImports()).find((one) => one.id === id);
  const record = pending && jobOf(pending);
  if (pending === undefined || record === undefined) throw new LineageError('job-missing', { id });
  const parents = await parentsOf(ports, record.order, run);
  const keeper = await keepJob(ports.log, id, pending.startedAt, record, ports.now);
  return carryOut(ports, keeper, parents, run, onEvent);
}

async function carryOut(
  ports: CreatePorts,
  keeper: JobKeeper,
  parents: readonly StoredParent[],
  run: Run,
  onEvent: OnCreationEvent,
): Promise<CreateReport> {
  const { order, title } = keeper.record;
  const fn = ports.functionOf(order.function);
  const session = await ports.content.session(keeper.id);
  try {
    const made = await fn.make(makeContext(ports, { keeper, parents, onEvent }, run));
    run.signal.throwIfAborted();
    const modelType = parents[0]?.node.modelType;
    return await storeMade(
      ports,
      session,
      {
        job: keeper.id,
        title,
        made: named(made, order),
        recipeOf: recipeOf(fn, order, parents, keeper.id, made.length),
        ...(modelType === undefined ? {} : { modelType }),
        ...(order.asVersion === true && parents[0] ? { revises: parents[0].node.id } : {}),
      },
      run,
    );
  } catch (error) {
    await session.discard();
    await ports.log.endImport(keeper.id);
    await collectGarbage(ports, noRun);
    throw error;
  } finally {
    ports.running.delete(keeper.id);
  }
}

const noRun: Run = { signal: { aborted: false, throwIfAborted: () => undefined } };

function parentsOf(
  ports: CreatePorts,
  order: Pick<CreateOrder, 'parents'>,
  run: Run,
): Promise<StoredParent[]> {
  return Promise.all(order.parents.map((id) => parentModel(ports, id, run)));
}

/** A person's name goes to the one model made, or in front of each part's. */
function named(made: readonly MadeModel[], { name }: SettledOrder): readonly MadeModel[] {
  if (name === undefined || name.trim() === '') return made;
  return made.map((model) => ({
    ...model,
    name: made.length === 1 || model.part === undefined ? name : `${name} ${model.part}`,
  }));
}

/** The recipe of each model of a call: the call's own parents, so that a replay is the same call. */
export function recipeOf(
  fn: CreationFunction,
  order: SettledOrder,
  parents: readonly StoredParent[],
  group: string,
  count: number,
): (made: MadeModel) => Recipe {
  return (made) => ({
    version: 1,
    function: fn.id,
    functionVersion: fn.version,
    parents: parents.map(({ node }) => ({
      role: fn.parents.role,
      node: node.id,
      snapshot: node.snapshot,
    })),
    arguments: order.arguments,
    data: order.data,
    seed: order.seed,
    environment: made.environment,
    ...(made.part === undefined ? {} : { part: made.part }),
    ...(count > 1 ? { group } : {}),
  });
}
