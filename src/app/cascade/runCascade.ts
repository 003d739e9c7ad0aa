import type {
  CascadeBudget,
  CascadeEvent,
  CascadeItem,
  CascadeItemState,
  CascadeReport,
  CascadeRun,
  CascadeState,
} from '../../core/cascadeViews.ts';
import type { ImportId } from '../../core/ids.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import { reportedError } from '../reportedError.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { CascadeControl } from './cascadeControl.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { cascadeKeeper, isCascade, newRecord, recordOf, type CascadeKeeper } from './cascadeRecord.ts'; // prettier-ignore
import { blockerOf, madeBy, triedAgain, waitingItems } from './cascadeStates.ts';
import { previewCascade } from './previewCascade.ts';
import { reportOf, whyFailed } from './reportCascade.ts';
import { runItem } from './runItem.ts';

export interface CascadeCall {
  readonly run: Run;
  readonly onEvent: (event: CascadeEvent) => void;
  /** By id: those that run, for pausing them. */
  readonly controls: Map<string, CascadeControl>;
}

/**
 * Brings every model below `old` up to date with its new version, one item after the other in the order of
 * the plan. Each item is stored as it is done; what it needs is kept as pending work until all are, so that
 * it goes on after a closed tab (`resumeCascade`) to the same result.
 *
 * A failed or rejected item stops what is below it only.
 *
 * @throws LineageError `cascade-unfit` where there is nothing to do, and as `previewCascade`;
 *   `quota-exceeded`, `storage-unavailable`: the cascade stays pending. AbortError: the same.
 */
export async function runCascade(
  ports: CascadePorts,
  order: CascadeRun,
  call: CascadeCall,
): Promise<CascadeReport> {
  const plan = await previewCascade(ports, order.order);
  if (plan.items.length === 0)
    throw new LineageError('cascade-unfit', { reason: 'there is nothing to bring up to date' });
  const next = nodeOf(await ports.session.lineage(), order.order.new);
  const id = ports.newId();
  const state: CascadeState = { id, plan, items: waitingItems(plan), ms: 0, bytes: 0, comparisons: [] }; // prettier-ignore
  const record = newRecord(`Update for ${next.name}`, order, state);
  const keeper = cascadeKeeper(ports.log, ports.now(), record, teller(call));
  const session = await ports.content.session(id as ImportId);
  try {
    await keeper.put(record);
    return await carryOn(ports, keeper, call, order.budget);
  } finally {
    await session.discard();
    await collectGarbage(ports, unwatched);
  }
}

/**
 * Goes on with a cascade that a closed tab, a used-up budget or a cancel left, and tries again what failed.
 *
 * @param budget - from now on; that of the order where absent.
 * @throws LineageError `cascade-missing`; `cascade-unfit` where models it made are gone; `storage-newer`,
 *   `record-corrupt`; and as `runCascade`.
 */
export async function resumeCascade(
  ports: CascadePorts,
  id: string,
  call: CascadeCall,
  budget?: CascadeBudget,
): Promise<CascadeReport> {
  if (call.controls.has(id))
    throw new LineageError('cascade-unfit', { reason: 'this cascade is running' });
  const session = await ports.content.session(id as ImportId);
  try {
    const pending = (await ports.log.pendingImports()).find((one) => one.id === id);
    if (pending === undefined || !isCascade(pending))
      throw new LineageError('cascade-missing', { id });
    const record = recordOf(pending);
    await checkThere(ports, record.state);
    const { state } = record;
    const again = { ...record, state: { ...state, items: triedAgain(state.plan, state.items) } };
    const keeper = cascadeKeeper(ports.log, pending.startedAt, again, teller(call));
    await keeper.put(again);
    return await carryOn(ports, keeper, call, budget ?? record.run.budget);
  } finally {
    await session.discard();
    await collectGarbage(ports, unwatched);
  }
}

function teller({ onEvent }: CascadeCall) {
  return ({ state }: { readonly state: CascadeState }): void => {
    onEvent({ is: 'state', state });
  };
}

/** What the cascade made so far must still be there: what is below is made from it. */
export async function checkThere(ports: CascadePorts, state: CascadeState): Promise<void> {
  const { nodes } = await ports.session.lineage();
  for (const item of state.plan.items)
    for (const [at, id] of (madeBy(state.items[item.id]) ?? []).entries())
      if (!nodes.has(id)) {
        const name = item.models[at]?.name ?? id;
        const reason = `${name}, which it made, is not there any more`;
        throw new LineageError('cascade-unfit', { reason });
      }
}

async function carryOn(
  ports: CascadePorts,
  keeper: CascadeKeeper,
  call: CascadeCall,
  budget: CascadeBudget = {},
): Promise<CascadeReport> {
  const { id, plan, ms, bytes } = keeper.record.state;
  const control = new CascadeControl();
  call.controls.set(id, control);
  try {
    for (const item of plan.items) {
      const { items } = keeper.record.state;
      const known = items[item.id]?.is;
      if (known === 'done' || known === 'rejected') continue;
      const blocker = blockerOf(item, items);
      if (blocker !== undefined) {
        await put(keeper, item, { is: 'blocked', by: blocker });
        continue;
      }
      await control.turn(call.run.signal);
      const { state } = keeper.record;
      // An item that was begun before is not given up for a new budget.
      if (known !== 'running' && usedUp(budget, state.ms - ms, state.bytes - bytes))
        await put(keeper, item, { is: 'over-budget' });
      else await attempt(ports, keeper, item, call, control);
    }
  } finally {
    call.controls.delete(id);
  }
  const report = reportOf(keeper.record.state);
  if (report.finished) await ports.log.endImport(id as ImportId);
  return report;
}

function usedUp(budget: CascadeBudget, ms: number, bytes: number): boolean {
  return ms >= (budget.ms ?? Infinity) || bytes >= (budget.bytes ?? Infinity);
}

/** Failures that every further item would meet as well. */
const ending = ['quota-exceeded', 'storage-unavailable', 'storage-evicted'] as const;

async function attempt(
  ports: CascadePorts,
  keeper: CascadeKeeper,
  item: CascadeItem,
  { run, onEvent }: CascadeCall,
  control: CascadeControl,
): Promise<void> {
  if (keeper.record.state.items[item.id]?.is !== 'running')
    await put(keeper, item, { is: 'running' });
  const { items } = keeper.record.state;
  const done = Object.values(items).filter(({ is }) => is === 'done').length;
  const step = item.models.map(({ name }) => name).join(', ');
  run.onProgress?.({ step, done, total: keeper.record.state.plan.items.length, unit: 'models' });
  try {
    const made = await runItem(ports, keeper, item, { signal: run.signal }, (event) => {
      control.job = event.job;
      onEvent({ is: 'creation', item: item.id, event });
    });
    await put(keeper, item, made.state, made);
  } catch (error) {
    if (run.signal.aborted || isLineageError(error, ...ending)) {
      // It is written where there is space; a resume finds the item running, and tries it again too.
      await put(keeper, item, { is: 'waiting' }).catch(() => undefined);
      throw error;
    }
    await put(keeper, item, { is: 'failed', why: whyFailed(error), error: reportedError(error) });
  } finally {
    control.job = undefined;
  }
}

async function put(
  keeper: CascadeKeeper,
  item: CascadeItem,
  now: CascadeItemState,
  used: { readonly ms: number; readonly bytes: number } = { ms: 0, bytes: 0 },
): Promise<void> {
  const { record } = keeper;
  const { state } = record;
  await keeper.put({
    ...record,
    state: {
      ...state,
      items: { ...state.items, [item.id]: now },
      ms: state.ms + used.ms,
      bytes: state.bytes + used.bytes,
    },
  });
}
