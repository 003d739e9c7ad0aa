import { LineageError } from '../../../core/lineageError.ts';
import type { TestFunction } from '../testFunction.ts';
import { agreement } from './agreement.ts';
import { classification } from './classification.ts';
import { examples } from './examples.ts';
import { health } from './health.ts';
import { latency } from './latency.ts';
import { regression } from './regression.ts';
import { robustness } from './robustness.ts';
import { script } from './script.ts';
import { sizeTest } from './size.ts';

/** Every test function, in the order of the menu. */
export const testFunctions: readonly TestFunction[] = [
  classification,
  regression,
  robustness,
  agreement,
  examples,
  health,
  latency,
  sizeTest,
  script,
];

/** @throws LineageError `function-missing`. */
export function testFunctionOf(id: string): TestFunction {
  const found = testFunctions.find((each) => each.id === id);
  if (found === undefined) throw new LineageError('function-missing', { function: id });
  return found;
}
