import { checkArguments } from '../../core/recipe/checkArguments.ts';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import { checkedName } from '../../core/lineage/editLineage.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Run } from '../../core/ports/run.ts';
import { proposeUse } from '../data/proposeUse.ts';
import type { CreationFunction } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import type { SettledOrder } from './jobRecord.ts';
import type { StoredParent } from './parentModel.ts';

/** The seed of an order that names none: a fixed one, so that the same clicks make the same model. */
const defaultSeed = 1;

/**
 * Completes and checks an order: arguments from the schema's defaults, data sets as they fit the parents,
 * numbers of parents and data sets.
 *
 * @throws LineageError `recipe-invalid`, `name-invalid`, `data-unfit`, `dataset-missing`.
 */
export async function settleOrder(
  ports: CreatePorts,
  order: CreateOrder,
  parents: readonly StoredParent[],
  run: Run,
): Promise<SettledOrder> {
  const fn = ports.functionOf(order.function);
  checkCount(fn, 'parents', parents.length, fn.parents);
  checkCount(fn, 'data', order.data?.length ?? 0, fn.data);
  const unfit = await fn.unfit(parents);
  if (unfit !== undefined) throw invalid(fn, 'parents', unfit);
  if (order.name !== undefined && order.name.trim() !== '') checkedName(order.name);
  const data: DataUse[] = [];
  for (const each of order.data ?? [])
    data.push(typeof each === 'string' ? await proposeUse(ports, parents, each, run) : each);
  return {
    ...order,
    arguments: checkArguments(fn.id, fn.schema, order.arguments ?? {}),
    data,
    seed: checkedSeed(fn, order.seed ?? defaultSeed),
    device: order.device ?? 'auto',
  };
}

function checkedSeed(fn: CreationFunction, seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw invalid(fn, 'seed', `it is a whole number from 0 to ${2 ** 32 - 1}`);
}

function checkCount(
  fn: CreationFunction,
  field: 'parents' | 'data',
  count: number,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (count >= min && count <= max) return;
  const what = field === 'parents' ? 'model' : 'data set';
  const wanted = min === max ? `${min}` : max === Infinity ? `${min} or more` : `${min} to ${max}`;
  const plural = min === 1 && max === 1 ? what : `${what}s`;
  throw invalid(fn, field, `${fn.title} takes ${wanted} ${plural}, not ${count}`);
}

function invalid(fn: CreationFunction, field: string, reason: string): LineageError {
  return new LineageError('recipe-invalid', { function: fn.id, field, reason });
}
