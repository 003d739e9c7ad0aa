import type { TestId } from '../../core/ids.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { VerdictOf } from '../../core/search/condition.ts';
import type { ParentPorts } from '../create/parentModel.ts';
import type { Judge } from '../modelTests/testSubject.ts';

/** What searching the lineage needs from outside. */
export interface SearchPorts extends ParentPorts {
  readonly judge: Judge;
  /** Verdicts of the current results of some tests, without running any. */
  readonly verdicts: (lineage: Lineage, tests: ReadonlySet<TestId>) => Promise<VerdictOf>;
}
