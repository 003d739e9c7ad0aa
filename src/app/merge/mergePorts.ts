import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import type { Judge } from '../modelTests/testSubject.ts';

/** What merging needs from outside: making models, and testing them. */
export interface MergePorts extends CreatePorts {
  readonly judge: Judge;
  /** The numbers that a test gives, with the tolerances that hold for it. */
  readonly metricsOf: (test: ModelTest) => readonly Metric[];
}
