import type { NodeId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import type { NewModel } from './newNodes.ts';

/**
 * The models of an import in an order in which every parent and predecessor comes before its
 * children, otherwise as given. Edges to models outside the import do not matter. Models that stated
 * edges join in a cycle come last: the commit leaves out the edge that closes it, not the models.
 *
 * Source: topological order after Kahn, CACM 5(11), 1962.
 */
export function parentsFirst(models: readonly NewModel[], edges: readonly Edge[]): NewModel[] {
  const byId = new Map(models.map((model) => [model.node.id, model]));
  const children = new Map<NodeId, NodeId[]>();
  const waitsFor = new Map<NodeId, number>();
  for (const { from, to } of edges) {
    if (!byId.has(from) || !byId.has(to)) continue;
    children.set(from, [...(children.get(from) ?? []), to]);
    waitsFor.set(to, (waitsFor.get(to) ?? 0) + 1);
  }
  const ordered = models.filter((model) => !waitsFor.has(model.node.id));
  // Grows while it is walked: each model that becomes free is appended.
  for (const { node } of ordered)
    for (const child of children.get(node.id) ?? []) {
      const left = (waitsFor.get(child) ?? 0) - 1;
      waitsFor.set(child, left);
      const model = byId.get(child);
      if (left === 0 && model !== undefined) ordered.push(model);
    }
  const placed = new Set(ordered);
  return [...ordered, ...models.filter((model) => !placed.has(model))];
}
