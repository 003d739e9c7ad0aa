import type { RepackPlanView, RepackReport } from '../core/repackViews.ts';
import type { LineageApi } from '../rpc/api.ts';
import { run, type LongCall } from './longCall.ts';

/** The calls of `mgit.repack`. */
export interface RepackCalls {
  /** What repacking would change and gain. Changes nothing. */
  plan(call?: LongCall): Promise<RepackPlanView>;
  /** Runs a plan, by its id. Cancelled, it reports what was done until then. */
  run(plan: string, call?: LongCall): Promise<RepackReport>;
}

export interface RepackMgit {
  readonly repack: RepackCalls;
}

/** The calls about repacking over the wire to the lineage worker. */
export function repackCalls(lineage: LineageApi): RepackMgit {
  return {
    repack: {
      plan: (call) => lineage.planRepack(...run(call)),
      run: (plan, call) => lineage.runRepack(plan, ...run(call)),
    },
  };
}
