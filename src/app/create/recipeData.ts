import type { DataUse } from '../../core/data/dataUse.ts';
import type { NodeId } from '../../core/ids.ts';
import { parentsOf, type Lineage } from '../../core/lineage/lineage.ts';

/** A data use found for a model, and where. */
export interface FoundUse {
  readonly use: DataUse;
  readonly from: 'recipe' | 'ancestor';
}

/**
 * How a model's inputs are prepared, by its own recipe or else the nearest ancestor's whose recipe used
 * data for inputs of these names (breadth first over provenance, then version edges).
 */
export function recipeUse(
  lineage: Lineage,
  id: NodeId,
  inputs: readonly string[],
): FoundUse | undefined {
  const seen = new Set<NodeId>([id]);
  const open = [id];
  for (const at of open) {
    const { own = [], data = [] } = lineage.nodes.get(at)?.recipe ?? {};
    const use = [...own, ...data].find((each) => inputs.every((name) => name in each.inputs));
    if (use !== undefined) return { use, from: at === id ? 'recipe' : 'ancestor' };
    for (const kind of ['provenance', 'version'] as const)
      for (const parent of parentsOf(lineage, at, kind))
        if (!seen.has(parent)) {
          seen.add(parent);
          open.push(parent);
        }
  }
  return undefined;
}
