import type { NodeId, TestId } from '../ids.ts';
import { parentsOf, type Lineage } from '../lineage/lineage.ts';
import type { NodeResult, TestFinding } from '../testViews.ts';
import type { Metric } from './modelTest.ts';
import { isWorse } from './regression.ts';

/**
 * What a person should know besides pass and fail: metrics that are worse than a parent's or a
 * predecessor's beyond their tolerance, on the same backend; and backends that disagree.
 */
export function findingsOf(
  lineage: Lineage,
  results: readonly NodeResult[],
  metrics: Readonly<Record<TestId, readonly Metric[]>>,
): TestFinding[] {
  const byNode = new Map<NodeId, Map<TestId, NodeResult>>();
  for (const result of results) {
    const own = byNode.get(result.node) ?? new Map<TestId, NodeResult>();
    byNode.set(result.node, own.set(result.test, result));
  }
  return results.flatMap((result): TestFinding[] => {
    const { node, test, crossCheck } = result;
    const disagrees: TestFinding[] =
      crossCheck === undefined || crossCheck.agrees
        ? []
        : [{ is: 'backends-disagree', node, test, check: crossCheck }];
    const above = new Set([
      ...parentsOf(lineage, node, 'provenance'),
      ...parentsOf(lineage, node, 'version'),
    ]);
    const regressions = [...above].flatMap((parent) => {
      const before = byNode.get(parent)?.get(test);
      return before === undefined ? [] : worse(before, result, metrics[test] ?? []);
    });
    return [...disagrees, ...regressions];
  });
}

function worse(before: NodeResult, after: NodeResult, metrics: readonly Metric[]): TestFinding[] {
  if (before.backend !== after.backend || before.error !== undefined || after.error !== undefined)
    return [];
  return metrics.flatMap((metric): TestFinding[] => {
    const [old, now] = [before.metrics[metric.name], after.metrics[metric.name]];
    if (old === undefined || now === undefined || !isWorse(metric, old, now)) return [];
    return [
      {
        is: 'regression',
        node: after.node,
        parent: before.node,
        test: after.test,
        metric: metric.name,
        before: old,
        after: now,
      },
    ];
  });
}
