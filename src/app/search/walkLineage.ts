import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { walk } from '../../core/lineage/walk.ts';
import { conditionOf, testsOf } from '../../core/search/condition.ts';
import type { Condition, WalkOrder } from '../../core/searchViews.ts';
import type { SearchPorts } from './searchPorts.ts';

/**
 * Walks the lineage; conditions on tests go by results that are there, none is run.
 *
 * @throws LineageError `node-missing`, `test-missing`.
 */
export async function walkLineage(
  ports: Pick<SearchPorts, 'session' | 'verdicts'>,
  { skip, stop, ...order }: WalkOrder,
): Promise<NodeId[]> {
  const lineage = await ports.session.lineage();
  const asked = [skip, stop].filter((one): one is Condition => one !== undefined);
  const tests = new Set(asked.flatMap((one) => [...testsOf(one)]));
  for (const test of tests)
    if (!lineage.tests.has(test)) throw new LineageError('test-missing', { test });
  const verdictOf = await ports.verdicts(lineage, tests);
  return [
    ...walk(lineage, {
      ...order,
      ...(skip === undefined ? {} : { skip: conditionOf(skip, verdictOf) }),
      ...(stop === undefined ? {} : { stop: conditionOf(stop, verdictOf) }),
    }),
  ];
}
