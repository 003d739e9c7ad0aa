import type { TestPorts } from '../modelTests/testPorts.ts';
import type { Judge } from '../modelTests/testSubject.ts';

/** What update cascades need from outside. */
export interface CascadePorts extends TestPorts {
  readonly judge: Judge;
}
