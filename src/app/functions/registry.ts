import { LineageError } from '../../core/lineageError.ts';
import type { CreationFunction } from '../create/creationFunction.ts';
import { lossy } from '../lossy/lossyFunction.ts';
import { federatedRound } from './federatedRound.ts';
import { finetune } from './finetune.ts';
import { fuseAdapter } from './fuseAdapter.ts';
import { linearAverage } from './linearAverage.ts';
import { linearProbe } from './linearProbe.ts';
import { lora } from './lora.ts';
import { merge } from './merge.ts';
import { multiTask } from './multiTask.ts';
import { prune } from './prune.ts';
import { quantiseFp16 } from './quantiseFp16.ts';
import { quantiseInt8 } from './quantiseInt8.ts';
import { taskArithmetic } from './taskArithmetic.ts';
import { transplant } from './transplant.ts';

/** Every creation function, in the order of the menu. */
export const creationFunctions: readonly CreationFunction[] = [
  finetune,
  linearProbe,
  lora,
  fuseAdapter,
  prune,
  quantiseFp16,
  quantiseInt8,
  federatedRound,
  multiTask,
  linearAverage,
  taskArithmetic,
  transplant,
];

/** Ordered by use cases of their own, which plan first: in no menu, but replayed like all others. */
const plannedFunctions: readonly CreationFunction[] = [merge, lossy];

/** @throws LineageError `function-missing`. */
export function functionOf(id: string): CreationFunction {
  const found = [...creationFunctions, ...plannedFunctions].find((each) => each.id === id);
  if (found === undefined) throw new LineageError('function-missing', { function: id });
  return found;
}
