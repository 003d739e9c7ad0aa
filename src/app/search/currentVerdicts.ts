import type { NodeId, TestId } from '../../core/ids.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import { testKey } from '../../core/modelTests/storedResult.ts';
import type { Verdict } from '../../core/modelTests/testResult.ts';
import type { VerdictOf } from '../../core/search/condition.ts';
import { testFunctionOf } from '../modelTests/functions/registry.ts';
import { currentResult, keptResults, type ResultPorts } from '../modelTests/keptResults.ts';

/** Reads the current results that are kept of some tests, of all models. Runs none. */
export async function currentVerdicts(
  ports: ResultPorts,
  lineage: Lineage,
  tests: ReadonlySet<TestId>,
): Promise<VerdictOf> {
  const found = new Map<TestId, Map<NodeId, Verdict>>();
  for (const id of tests) {
    const test = lineage.tests.get(id);
    if (test === undefined) continue;
    const fn = testFunctionOf(test.function);
    const verdicts = new Map<NodeId, Verdict>();
    found.set(id, verdicts);
    for (const node of lineage.nodes.values()) {
      const key = testKey(test, fn.dependsOn?.(lineage, node.id, test.arguments));
      const result = currentResult(await keptResults(ports, node.snapshot), key, test);
      if (result !== undefined) verdicts.set(node.id, result.verdict);
    }
  }
  return (node, test) => found.get(test)?.get(node);
}
