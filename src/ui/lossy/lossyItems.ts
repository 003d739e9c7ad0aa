import type { LineageIndex } from '../../core/graphView/lineageIndex.ts';
import type { ViewItem } from '../../core/graphView/viewPlan.ts';
import { isLossy } from './lossyModels.ts';

/** Stands before the name of a lossy model, in the graph and in lists. */
export const lossySign = '≈';

/** Keys of the drawn items that are a lossy model, or a line of versions of which the newest is one. */
export function lossyItems(
  { nodes, numberOf }: Pick<LineageIndex, 'nodes' | 'numberOf'>,
  items: readonly ViewItem[],
): ReadonlySet<string> {
  const lossy = items.filter(({ is, nodes: of }) => {
    const id = of.at(-1);
    return (
      (is === 'model' || is === 'stack') &&
      id !== undefined &&
      isLossy(nodes[numberOf.get(id) ?? -1])
    );
  });
  return new Set(lossy.map(({ key }) => key));
}
