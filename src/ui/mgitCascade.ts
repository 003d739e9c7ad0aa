import type * as cascade from '../core/cascadeViews.ts';
import type { NodeId } from '../core/ids.ts';
import type { LineageApi } from '../rpc/api.ts';
import type { OnCascadeEvent } from '../rpc/cascadeApi.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedModel, type Names } from './named.ts';

/** Which models a cascade reaches and how each is made; models in `choices` by id or name. */
export interface CascadeOptions extends Omit<cascade.CascadeOrder, 'old' | 'new' | 'choices'> {
  readonly choices?: Readonly<Record<NamedModel, cascade.CascadeChoice>>;
}

export interface RunCascadeOrder extends Omit<cascade.CascadeRun, 'order'>, CascadeOptions {
  readonly old: NamedModel;
  readonly new: NamedModel;
}

/** A long call that is also told how the cascade stands, and of each step that it trains. */
export interface CascadeCall extends LongCall {
  readonly onEvent?: OnCascadeEvent;
}

/** The calls of `mgit.cascade`. */
export interface CascadeCalls {
  plan(old: NamedModel, newer: NamedModel, options?: CascadeOptions): Promise<cascade.CascadePlan>;
  run(order: RunCascadeOrder, call?: CascadeCall): Promise<cascade.CascadeReport>;
  pending(): Promise<cascade.PendingCascadeView[]>;
  /** How a cascade that is not finished stands. */
  report(id: string): Promise<cascade.CascadeReport>;
  /** Goes on with what is left, and tries again what failed. */
  resume(
    id: string,
    call?: CascadeCall & { readonly budget?: cascade.CascadeBudget },
  ): Promise<cascade.CascadeReport>;
  pause(id: string): Promise<void>;
  continue(id: string): Promise<void>;
  discard(id: string): Promise<void>;
}

export interface CascadeMgit {
  readonly cascade: CascadeCalls;
}

/** The calls about update cascades over the wire to the lineage worker. */
export function cascadeCalls(lineage: LineageApi): CascadeMgit {
  const find = names(() => lineage.graph());
  const silent = () => undefined;
  return {
    cascade: {
      plan: async (old, newer, options = {}) =>
        lineage.planCascade(await ordered(find, old, newer, options)),
      run: async ({ old, new: newer, gate, budget, device, ...options }, call) =>
        lineage.runCascade(
          {
            order: await ordered(find, old, newer, options),
            ...(gate === undefined ? {} : { gate }),
            ...(budget === undefined ? {} : { budget }),
            ...(device === undefined ? {} : { device }),
          },
          ...run(call),
          call?.onEvent ?? silent,
        ),
      pending: () => lineage.pendingCascades(),
      report: (id) => lineage.cascadeReport(id),
      resume: (id, call) =>
        lineage.resumeCascade(id, call?.budget, ...run(call), call?.onEvent ?? silent),
      pause: (id) => lineage.pauseCascade(id),
      continue: (id) => lineage.continueCascade(id),
      discard: (id) => lineage.discardCascade(id),
    },
  };
}

async function ordered(
  find: Names,
  old: NamedModel,
  newer: NamedModel,
  { choices = {}, ...options }: CascadeOptions,
): Promise<cascade.CascadeOrder> {
  const chosen: [NodeId, cascade.CascadeChoice][] = [];
  for (const [model, choice] of Object.entries(choices))
    chosen.push([await find.model(model), choice]);
  return {
    ...options,
    old: await find.model(old),
    new: await find.model(newer),
    ...(chosen.length === 0 ? {} : { choices: Object.fromEntries(chosen) }),
  };
}
