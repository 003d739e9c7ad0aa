import { LineageError } from '../../core/lineageError.ts';
import type { Run } from '../../core/ports/run.ts';
import type { RepackPlanView, RepackReport } from '../../core/repackViews.ts';
import { planRepack, type RepackPlan } from './planRepack.ts';
import type { RepackPorts } from './repackPorts.ts';
import { runRepack } from './runRepack.ts';

/** Plans kept to be run: they hold what they found. */
const keptPlans = 2;

/** The part of the lineage service that stores chunks in fewer bytes. */
export function repackService(ports: RepackPorts) {
  const plans = new Map<string, RepackPlan>();
  return {
    async plan(run: Run): Promise<RepackPlanView> {
      const plan = await planRepack(ports, run);
      plans.set(plan.view.id, plan);
      const [oldest] = plans.keys();
      if (plans.size > keptPlans && oldest !== undefined) plans.delete(oldest);
      return plan.view;
    },
    /** @throws LineageError `job-missing` for a plan that was run, or forgotten for later ones. */
    async run(id: string, run: Run): Promise<RepackReport> {
      const plan = plans.get(id);
      if (plan === undefined) throw new LineageError('job-missing', { id });
      const report = await runRepack(ports, plan, run);
      // What was cancelled can be gone on with: what is done counts as stale then.
      if (!report.cancelled) plans.delete(id);
      return report;
    },
  };
}
