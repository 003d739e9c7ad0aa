import type { CreateOrder, CreateReport, CreationEvent } from '../../core/creationViews.ts';
import type { ImportId } from '../../core/ids.ts';
import { longestName } from '../../core/lineage/editLineage.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ImportSession } from '../../core/ports/contentStore.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import type { Recipe, RunCourse } from '../../core/recipe/recipe.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { checkUnchanged } from './checkUnchanged.ts';
import type { CreationExtras, SettledModel } from './creationExtras.ts';
import type { CreationFunction, MadeModel } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import {
  jobKeeper,
  jobOf,
  type JobKeeper,
  type JobRecord,
  type SettledOrder,
} from './jobRecord.ts';
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
  extras: CreationExtras = {},
): Promise<CreateReport> {
  const parents = await parentsOf(ports, order, run);
  const settled = await settleOrder(ports, order, parents, run);
  const fn = ports.functionOf(order.function);
  const title = `${fn.title} of ${parents.map(({ node }) => node.name).join(', ')}`;
  const pending = { id: ports.newId() as ImportId, startedAt: ports.now() };
  // Held from here on: no other tab takes it for work that a closed one left.
  const session = await ports.content.session(pending.id);
  const job = newJob(fn, extras.title ?? title, settled, parents);
  const { owner } = extras;
  const record = owner === undefined ? job : { ...job, owner };
  const keeper = jobKeeper(ports, pending, record);
  return carryOut(ports, session, { keeper, parents, extras }, run, onEvent);
}

/** The record of a job that has not done anything yet. */
export function newJob(
  { version: functionVersion }: CreationFunction,
  title: string,
  order: SettledOrder,
  parents: readonly StoredParent[],
): JobRecord {
  const snapshots = parents.map(({ node }) => node.snapshot);
  return { version: 1, title, order, functionVersion, snapshots, parts: new Map() };
}

/**
 * Goes on with a creation that a closed tab or a full disk interrupted, from its last checkpoint.
 *
 * @throws LineageError `job-missing`; `storage-unavailable` while another tab is at it; `storage-newer`,
 *   `record-corrupt`; `recipe-invalid` where the function or a parent is another now; `node-missing`; and as
 *   `createModels`. The job stays then, for another try or to be discarded.
 */
export async function resumeCreation(
  ports: CreatePorts,
  id: ImportId,
  run: Run,
  onEvent: OnCreationEvent,
  extras: CreationExtras = {},
): Promise<CreateReport> {
  const session = await ports.content.session(id);
  let keeper: JobKeeper;
  let parents: readonly StoredParent[];
  try {
    const pending = (await ports.log.pendingImports()).find((one) => one.id === id);
    const record = pending && (ports.unsaved.get(id) ?? jobOf(pending));
    if (pending === undefined || record === undefined)
      throw new LineageError('job-missing', { id });
    parents = await parentsOf(ports, record.order, run);
    // What was trained so far fits only the function and the parents that it was begun with.
    checkUnchanged(ports.functionOf(record.order.function), record, parents);
    keeper = jobKeeper(ports, pending, record);
  } catch (error) {
    await session.discard();
    throw error;
  }
  return carryOut(ports, session, { keeper, parents, extras }, run, onEvent);
}

interface Carried {
  readonly keeper: JobKeeper;
  readonly parents: readonly StoredParent[];
  readonly extras: CreationExtras;
}

async function carryOut(
  ports: CreatePorts,
  session: ImportSession,
  { keeper, parents, extras }: Carried,
  run: Run,
  onEvent: OnCreationEvent,
): Promise<CreateReport> {
  const { order, title } = keeper.record;
  const fn = ports.functionOf(order.function);
  try {
    await keeper.write();
    const made = await fn.make(makeContext(ports, { keeper, parents, onEvent }, run));
    run.signal.throwIfAborted();
    const models = await settledModels(made, order, parents, extras);
    run.signal.throwIfAborted();
    const modelType = parents[0]?.node.modelType;
    const report = await storeMade(
      ports,
      session,
      {
        job: keeper.id,
        kind: extras.kind ?? 'create',
        title,
        models,
        ...(extras.group === undefined ? {} : { group: extras.group }),
        recipeOf: recipeOf(fn, keeper, parents, made.length),
        ...(modelType === undefined ? {} : { modelType }),
      },
      run,
    );
    ports.unsaved.delete(keeper.id);
    return report;
  } catch (error) {
    await session.discard();
    if (!canGoOn(error, keeper.record)) await endJob(ports, keeper.id);
    await collectGarbage(ports, unwatched);
    throw error;
  } finally {
    ports.running.delete(keeper.id);
  }
}

/** Forgets a job and what it had trained. */
export async function endJob(
  ports: Pick<CreatePorts, 'log' | 'unsaved'>,
  id: ImportId,
): Promise<void> {
  ports.unsaved.delete(id);
  await ports.log.endImport(id);
}

/** Gives up pending work that nothing is at: what it wrote, what it had trained, and its record. */
export async function dropJob(
  ports: Pick<CreatePorts, 'content' | 'log' | 'unsaved'>,
  id: ImportId,
): Promise<void> {
  await (await ports.content.session(id)).discard();
  await endJob(ports, id);
}

/** Failures of the disk or the device, which another try may not meet. */
const passing = [
  'quota-exceeded', 'storage-unavailable', 'device-lost', 'device-unavailable', 'out-of-memory',
  'compute-failed',
] as const; // prettier-ignore

/** Whether a failed job has trained something that would be lost, and may go on later. */
function canGoOn(error: unknown, { parts }: JobRecord): boolean {
  return parts.size > 0 && isLineageError(error, ...passing);
}

function parentsOf(
  ports: CreatePorts,
  order: Pick<CreateOrder, 'parents'>,
  run: Run,
): Promise<StoredParent[]> {
  return Promise.all(order.parents.map((id) => parentModel(ports, id, run)));
}

/** What was not as ordered in the finished runs of a job; undefined where all was. */
function runCourses(parts: JobRecord['parts']): Recipe['runs'] {
  const courses = [...parts].flatMap(([part, state]): [string, RunCourse][] => {
    if (state.is !== 'done') return [];
    const { finishedAt, microBatch } = state.outcome.report;
    if (finishedAt === undefined && microBatch === undefined) return [];
    return [
      [
        part,
        {
          ...(finishedAt === undefined ? {} : { finishedAt }),
          ...(microBatch === undefined ? {} : { microBatch }),
        },
      ],
    ];
  });
  return courses.length === 0 ? undefined : Object.fromEntries(courses);
}

/** What is to be stored, each model under its name: all that was made unless the caller decides. */
async function settledModels(
  made: readonly MadeModel[],
  order: SettledOrder,
  parents: readonly StoredParent[],
  { settle }: CreationExtras,
): Promise<readonly SettledModel[]> {
  const all = named(made, order);
  if (settle !== undefined)
    return (await settle(all)).map((model) => ({
      ...model,
      made: { ...model.made, name: shortName(model.name ?? model.made.name) },
    }));
  const first = parents[0]?.node.id;
  const revises = order.asVersion === true && first !== undefined ? [first] : [];
  return all.map((each) => ({ made: each, revises }));
}

/** A person's name goes to the one model made, or in front of each part's. */
function named(made: readonly MadeModel[], { name }: SettledOrder): readonly MadeModel[] {
  const chosen = name?.trim() ?? '';
  const nameOf = (model: MadeModel): string => {
    if (chosen === '') return model.name;
    return made.length === 1 || model.part === undefined ? chosen : `${chosen} ${model.part}`;
  };
  return made.map((model) => ({ ...model, name: shortName(nameOf(model)) }));
}

/** A name made of others may get too long: its beginning and its end, which tell it from its parents. */
function shortName(name: string): string {
  if (name.length <= longestName) return name;
  const half = (longestName - 1) / 2;
  return `${name.slice(0, Math.ceil(half))}…${name.slice(-Math.floor(half))}`;
}

/** The recipe of each model of a call: the call's own parents, so that a replay is the same call. */
function recipeOf(
  fn: CreationFunction,
  { id: group, record: { order, parts } }: JobKeeper,
  parents: readonly StoredParent[],
  count: number,
): (made: MadeModel) => Recipe {
  const runs = runCourses(parts);
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
    ...(runs === undefined ? {} : { runs }),
    ...(made.part === undefined ? {} : { part: made.part }),
    ...(count > 1 && made.data !== undefined ? { own: made.data } : {}),
    ...(count > 1 ? { group } : {}),
  });
}
