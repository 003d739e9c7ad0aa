import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { testKey } from '../../core/modelTests/storedResult.ts';
import type { TestFunction } from './testFunction.ts';
import { feedKey } from './usesAbove.ts';

/**
 * The keys under which results are kept: equal for nodes of equal content that are also fed alike and,
 * where the test compares, compared with the same. To be used for many nodes while the lineage stays.
 */
export function resultKeys(
  lineage: Lineage,
): (fn: Pick<TestFunction, 'dependsOn'> | undefined, test: ModelTest, node: ModelNode) => string {
  const known = new Map<string, string>();
  return (fn, test, node) => {
    const other = fn?.dependsOn?.(lineage, node.id, test.arguments);
    const fed = feedKey(lineage, node, test.data);
    const of = JSON.stringify([test.id, other, fed]);
    const key = known.get(of) ?? testKey(test, other, fed);
    known.set(of, key);
    return key;
  };
}
