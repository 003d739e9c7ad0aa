import type { CreateOrder, CreationPreview } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { Run } from '../../core/ports/run.ts';
import { prepareUse } from '../data/prepareUse.ts';
import type { CreatePorts } from './createPorts.ts';
import { trainJob } from './makeContext.ts';
import { parentModel } from './parentModel.ts';
import { settleOrder } from './settleOrder.ts';

/**
 * What an order will do, and how long and how much memory its training takes by a short measured probe.
 *
 * @throws LineageError as `createModels` before it begins to make anything.
 */
export async function previewCreation(
  ports: CreatePorts,
  order: CreateOrder,
  run: Run,
): Promise<CreationPreview> {
  const parents = await Promise.all(order.parents.map((id) => parentModel(ports, id, run)));
  const settled = await settleOrder(ports, order, parents, run);
  const fn = ports.functionOf(order.function);
  const { arguments: args, data, seed } = settled;
  const prepare = (use: DataUse) => prepareUse(ports, use, run);
  const plan = await fn.plan({ parents, args, data, seed, prepare });
  const { steps, models, warnings } = plan;
  const words = { steps, models: renamed(models, order.name), warnings };
  if (plan.job === undefined) return words;
  const { job, jobs } = plan;
  const wanted = trainJob(settled, 'preview', await job());
  const estimate = await ports.compute.estimate(wanted, run.signal);
  const totalMs = estimate.stepMs * estimate.steps * jobs;
  return { ...words, estimate: { ...estimate, jobs, totalMs } };
}

function renamed(models: readonly string[], name: string | undefined): readonly string[] {
  return name !== undefined && name.trim() !== '' && models.length === 1 ? [name] : models;
}
