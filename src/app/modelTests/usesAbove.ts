import { canonicalText } from '../../core/canonical.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import { fnv1a } from '../../core/data/tokens.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { parentsOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { TestData } from '../../core/modelTests/modelTest.ts';
import { utf8 } from '../../core/utf8.ts';

/** A use of data by a recipe, and whose: the model's own, or that of one above it. */
export interface UseAbove {
  readonly use: DataUse;
  readonly from: 'recipe' | 'ancestor';
}

/**
 * Every use of data by the recipes of a model and of those above it, the nearest first: breadth first over
 * the model, its provenance parents, then its predecessors. The model need not be stored.
 */
export function* usesAbove(lineage: Lineage, node: ModelNode): Generator<UseAbove, void> {
  for (const use of usesOf(node)) yield { use, from: 'recipe' };
  const seen = new Set<NodeId>([node.id]);
  const above = (id: NodeId): NodeId[] => [
    ...parentsOf(lineage, id, 'provenance'),
    ...parentsOf(lineage, id, 'version'),
  ];
  // A model that is not stored yet has its parents in its recipe only.
  const open = [...above(node.id), ...(node.recipe?.parents ?? []).map((each) => each.node)];
  for (const id of open) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const use of usesOf(lineage.nodes.get(id))) yield { use, from: 'ancestor' };
    open.push(...above(id));
  }
}

/**
 * What the feeding of a model by a test's data depends on besides model and data: a short text, equal
 * where recipes tell the same; undefined where none tells anything, or the test itself does.
 *
 * Which use is taken depends on the names that a network has, and they are the same for one content: so
 * the first use of each set of names counts, and their order.
 */
export function feedKey(
  lineage: Lineage,
  node: ModelNode,
  data: Pick<TestData, 'dataset' | 'use'> | undefined,
): string | undefined {
  if (data === undefined || data.use !== undefined) return undefined;
  const found = new Map<string, unknown>();
  for (const { use } of usesAbove(lineage, node)) {
    const { inputs, targets, split, dataset } = use;
    const same = dataset === data.dataset;
    const names = JSON.stringify([same, Object.keys(inputs).sort(), Object.keys(targets).sort()]);
    if (!found.has(names)) found.set(names, [same, inputs, targets, split]);
  }
  if (found.size === 0) return undefined;
  const text = canonicalText([...found.values()]);
  return [`a${text}`, `b${text}`]
    .map((each) => fnv1a(utf8(each)).toString(16).padStart(8, '0'))
    .join('');
}

function usesOf(node: ModelNode | undefined): readonly DataUse[] {
  return [...(node?.recipe?.own ?? []), ...(node?.recipe?.data ?? [])];
}
