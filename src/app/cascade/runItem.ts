import type { CascadeItem, CascadeItemState } from '../../core/cascadeViews.ts';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { ImportId, NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { PendingImport } from '../../core/ports/lineageLog.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import type { CreationExtras } from '../create/creationExtras.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import {
  createModels,
  dropJob,
  resumeCreation,
  type OnCreationEvent,
} from '../create/createModels.ts';
import { jobOf } from '../create/jobRecord.ts';
import { freedBytes } from '../storage/reportStorage.ts';
import type { CascadePorts } from './cascadePorts.ts';
import type { CascadeKeeper, CascadeRecord } from './cascadeRecord.ts';
import { madeBy } from './cascadeStates.ts';
import { keepResults } from './gate.ts';
import { itemOrder } from './itemOrder.ts';
import { rejectedTag, settleItem, type SettledItem } from './settleItem.ts';

/** What an item came to. */
export interface ItemOutcome {
  readonly state: CascadeItemState & { readonly is: 'done' | 'rejected' };
  readonly ms: number;
  readonly bytes: number;
}

/**
 * Makes an item's models, tests them against those they are to follow, and stores them in one operation of
 * the cascade's group. What an earlier try stored or trained is taken up, not done again.
 *
 * @throws LineageError as making models does; AbortError.
 */
export async function runItem(
  ports: CascadePorts,
  keeper: CascadeKeeper,
  item: CascadeItem,
  run: Run,
  onEvent: OnCreationEvent,
): Promise<ItemOutcome> {
  const started = ports.now();
  const { record } = keeper;
  const order = await itemOrder(ports, record, item, run);
  const stored = await storedBefore(ports, record, order);
  if (stored !== undefined) return recognised(ports, record, item, stored);
  const { settle, outcome } = settling(ports, keeper, item, run);
  const extras: CreationExtras = {
    kind: 'cascade',
    group: record.state.id,
    owner: record.state.id,
    title: `${record.title}: ${item.models.map(({ name }) => name).join(', ')}`,
    settle,
  };
  const job = await ownJob(ports, record, order);
  const report =
    job === undefined
      ? await createModels(ports, order, run, onEvent, extras)
      : await resumeCreation(ports, job.id, run, onEvent, extras);
  const settled = outcome();
  const models = report.models.slice(0, item.models.length).map(({ id }) => id);
  // Of another recipe a test may prepare its data otherwise than of the old model.
  if (item.choice.is === 'recipe' && item.fromParts !== true)
    for (const [at, id] of models.entries())
      await keepResults(ports, id, settled.gates[at] ?? { results: [] }).catch(onlyOurs);
  const ms = ports.now() - started;
  const bytes = report.storedBytes;
  return {
    state:
      settled.rejected === undefined
        ? { is: 'done', models, ms, bytes }
        : { is: 'rejected', models, why: settled.rejected },
    ms,
    bytes,
  };
}

function settling(ports: CascadePorts, keeper: CascadeKeeper, item: CascadeItem, run: Run) {
  let settled: SettledItem | undefined;
  return {
    settle: async (made: readonly MadeModel[]) => {
      const { record } = keeper;
      const { state } = record;
      const gate = record.run.gate !== false;
      settled = await settleItem(ports, { state, gate }, item, made, run);
      const { rejected } = settled;
      const others = state.comparisons.filter((each) => each.item !== item.id);
      const own = settled.gates.flatMap((each) => each.comparisons);
      await keeper.put({
        ...record,
        state: { ...state, comparisons: [...others, ...own] },
        settled: { item: item.id, ...(rejected === undefined ? {} : { rejected }) },
      });
      return settled.models;
    },
    outcome: () => {
      if (settled === undefined) throw new Error('models were stored that were not settled');
      return settled;
    },
  };
}

/**
 * Models that an operation of this cascade stored and the record does not know of: the tab closed between
 * the two. Items run one after another, so they are those of the item that was running.
 */
async function storedBefore(
  ports: CascadePorts,
  { state }: CascadeRecord,
  order: CreateOrder,
): Promise<readonly ModelNode[] | undefined> {
  const known = new Set(Object.values(state.items).flatMap((each) => madeBy(each) ?? []));
  const lineage = await ports.session.lineage();
  for (const { group, kind, changes } of await ports.log.operations()) {
    if (group !== state.id || kind !== 'cascade') continue;
    const nodes = changes.flatMap(({ of, after }) => (of === 'node' && after ? [after] : []));
    const there = nodes.flatMap(({ id }) => lineage.nodes.get(id) ?? []);
    const [first] = there;
    if (first === undefined || nodes.some(({ id }) => known.has(id))) continue;
    if (first.recipe !== undefined && isOrdered(first.recipe, order)) return there;
  }
  return undefined;
}

/** Whether a recipe is that of an order: the same function with the same parents. */
function isOrdered(recipe: Recipe, order: Pick<CreateOrder, 'function' | 'parents'>): boolean {
  const parents = recipe.parents.map(({ node }) => node);
  return recipe.function === order.function && parents.join(' ') === order.parents.join(' ');
}

async function recognised(
  ports: CascadePorts,
  { settled }: CascadeRecord,
  item: CascadeItem,
  stored: readonly ModelNode[],
): Promise<ItemOutcome> {
  const nodes = stored.slice(0, item.models.length);
  const models: readonly NodeId[] = nodes.map(({ id }) => id);
  const bytes = await freedBytes(ports, models);
  const why = settled?.item === item.id ? settled.rejected : undefined;
  const rejected = nodes.some(({ tags }) => tags.includes(rejectedTag));
  return {
    state: rejected
      ? { is: 'rejected', models, why: why ?? 'worse than before on a bound test' }
      : { is: 'done', models, ms: 0, bytes },
    ms: 0,
    bytes,
  };
}

/** The interrupted job of this cascade that makes what is ordered; another one of it is given up. */
async function ownJob(
  ports: CascadePorts,
  { state }: CascadeRecord,
  order: CreateOrder,
): Promise<PendingImport | undefined> {
  for (const pending of await ports.log.pendingImports()) {
    if (!isOwnedBy(pending, state.id)) continue;
    const job = ports.unsaved.get(pending.id) ?? jobOf(pending);
    const same =
      job?.order.function === order.function &&
      job.order.parents.join(' ') === order.parents.join(' ');
    if (same) return pending;
    await dropJob(ports, pending.id);
  }
  return undefined;
}

/** Results that cannot be kept are measured again when they are asked for. */
function onlyOurs(error: unknown): void {
  if (!isLineageError(error)) throw error;
}

/** Whether pending work is a step of this cascade. */
export function isOwnedBy({ id, job }: PendingImport, cascade: string): boolean {
  const owned = typeof job === 'object' && job !== null && 'owner' in job;
  return owned && job.owner === cascade && id !== (cascade as ImportId);
}
