import type { NodeId } from '../../core/ids.ts';
import { measureChanges } from '../../core/merge/measureChanges.ts';
import { entryOf, type UnitTensor } from '../../core/merge/mergeUnits.ts';
import type { MergeTensor } from '../../core/mergeViews.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Run } from '../../core/ports/run.ts';
import type { MergePorts } from './mergePorts.ts';
import { openMerge, type OpenMerge } from './openMerge.ts';

/** Which layer of which merge. */
export interface MergeLayerOrder {
  readonly x: NodeId;
  readonly y: NodeId;
  readonly base: NodeId;
  /** Its id in the plan. */
  readonly layer: string;
}

/**
 * A layer of a merge three ways: what each side did to each of its tensors. One tensor of the three models
 * is in memory at a time; text, which has no values, is left out.
 *
 * @throws LineageError as `openMerge`; none for a layer that the plan does not have, which gives no tensor.
 */
export async function mergeTensorsOf(
  ports: MergePorts,
  { x, y, base, layer }: MergeLayerOrder,
  run: Run,
): Promise<MergeTensor[]> {
  const open = await openMerge(ports, x, y, base, run);
  const unit = open.decision.units.find(({ id }) => id === layer);
  const tensors: MergeTensor[] = [];
  for (const tensor of unit?.tensors ?? []) {
    run.signal.throwIfAborted();
    const measured = await measuredTensor(open, tensor);
    if (measured !== undefined) tensors.push(measured);
  }
  return tensors;
}

async function measuredTensor(
  { parents, sides }: OpenMerge,
  tensor: UnitTensor,
): Promise<MergeTensor | undefined> {
  const read = async (side: 'base' | 'x' | 'y') => {
    const entry = entryOf(sides, tensor, side);
    if (entry?.payload === undefined) return undefined;
    const value = (await parents[side].values([entry.name])).get(entry.name);
    return value === undefined ? undefined : { entry, numbers: numbersOf(value) };
  };
  const [base, x, y] = [await read('base'), await read('x'), await read('y')];
  const first = base ?? x ?? y;
  if (first === undefined) return undefined;
  const { name, dtype, shape } = first.entry;
  return {
    slot: tensor.slot,
    name,
    dtype,
    shape,
    ...measureChanges(base?.numbers, x?.numbers, y?.numbers),
  };
}
