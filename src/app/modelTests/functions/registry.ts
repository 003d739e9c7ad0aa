import { LineageError } from '../../../core/lineageError.ts';
import type { TestFunction } from '../testFunction.ts';
import { classification } from './classification.ts';
import { health } from './health.ts';

/** Every test function, in the order of the menu. */
export const testFunctions: readonly TestFunction[] = [classification, health];

/** @throws LineageError `function-missing`. */
export function testFunctionOf(id: string): TestFunction {
  const found = testFunctions.find((each) => each.id === id);
  if (found === undefined) throw new LineageError('function-missing', { function: id });
  return found;
}
