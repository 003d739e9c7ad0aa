import { LineageError } from '../../core/lineageError.ts';
import type { CreationFunction } from '../create/creationFunction.ts';
import { finetune } from './finetune.ts';
import { linearProbe } from './linearProbe.ts';

/** Every creation function, in the order of the menu. */
export const creationFunctions: readonly CreationFunction[] = [finetune, linearProbe];

/** @throws LineageError `function-missing`. */
export function functionOf(id: string): CreationFunction {
  const found = creationFunctions.find((each) => each.id === id);
  if (found === undefined) throw new LineageError('function-missing', { function: id });
  return found;
}
