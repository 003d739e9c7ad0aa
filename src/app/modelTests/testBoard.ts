import type { NodeId, TestId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { findingsOf } from '../../core/modelTests/findings.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import { boundTests } from './effectiveTests.ts';
import { testFunctionOf } from './functions/registry.ts';
import { currentResult, keptResults } from './keptResults.ts';
import { resultKeys } from './resultKeys.ts';
import { metricsOf } from './settleTest.ts';
import type { TestPorts } from './testPorts.ts';

/** Models whose results are read at once. */
const together = 64;

/**
 * Where each model stands: current results, bound tests without one, and what a person should know.
 * Results are read from the store once and then kept in memory.
 */
export async function testBoard(
  ports: Pick<TestPorts, 'session' | 'content' | 'tested'>,
): Promise<TestBoard> {
  const lineage = await ports.session.lineage();
  const keys = resultKeys(lineage);
  const bound = boundTests(lineage);
  const tests = [...lineage.tests.values()];
  const results: NodeResult[] = [];
  const stale: { node: NodeId; test: TestId }[] = [];
  const nodes = [...lineage.nodes.values()];
  for (let start = 0; start < nodes.length && tests.length > 0; start += together) {
    const part = nodes.slice(start, start + together);
    const kept = await Promise.all(part.map(({ snapshot }) => keptResults(ports, snapshot)));
    for (const [at, node] of part.entries()) {
      const { id } = node;
      const mine = new Set(bound(id).map((test) => test.id));
      for (const test of tests) {
        const own = kept[at] ?? [];
        // A key costs a look at all recipes above: none where there is nothing to find.
        const found =
          own.length === 0
            ? undefined
            : currentResult(own, keys(functionOf(test), test, node), test);
        if (found !== undefined) results.push({ ...found, node: id });
        else if (mine.has(test.id)) stale.push({ node: id, test: test.id });
      }
    }
  }
  const metrics = Object.fromEntries(tests.map((test) => [test.id, knownMetrics(test)]));
  return { results, stale, findings: findingsOf(lineage, results, metrics), metrics };
}

function knownMetrics(test: ModelTest): readonly Metric[] {
  return functionOf(test) === undefined ? [] : metricsOf(test);
}

/** A lineage that a later version of the app wrote may name a function that this one has not. */
function functionOf(test: ModelTest): ReturnType<typeof testFunctionOf> | undefined {
  try {
    return testFunctionOf(test.function);
  } catch (error) {
    if (isLineageError(error, 'function-missing')) return undefined;
    throw error;
  }
}
