import type { NodeId } from '../../core/ids.ts';
import { childrenOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { Binding, ModelTest } from '../../core/modelTests/modelTest.ts';
import { matchesName } from '../../core/lineage/namePattern.ts';

/** The tests bound to a model, in the order they were added; none for a model that is not there. */
export function effectiveTests(lineage: Lineage, node: NodeId): ModelTest[] {
  return boundTests(lineage)(node);
}

/** The same for many models: what is bound to descendants is walked once. */
export function boundTests(lineage: Lineage): (node: NodeId) => ModelTest[] {
  const below = new Map<NodeId, ReadonlySet<NodeId>>();
  const familyOf = (node: NodeId): ReadonlySet<NodeId> => {
    const known = below.get(node);
    if (known !== undefined) return known;
    const found = family(lineage, node);
    below.set(node, found);
    return found;
  };
  const tests = [...lineage.tests.values()];
  return (id) => {
    const node = lineage.nodes.get(id);
    if (node === undefined) return [];
    const isBound = (binding: Binding): boolean => {
      switch (binding.is) {
        case 'all':
          return true;
        case 'node':
          return binding.node === id || (binding.descendants && familyOf(binding.node).has(id));
        case 'type':
          return binding.modelType === node.modelType;
        case 'name':
          return matchesName(binding.pattern, node.name);
      }
    };
    return tests.filter(({ bindings }) => bindings.some(isBound));
  };
}

/** A model with all below it, by either kind of edge. */
function family(lineage: Lineage, node: NodeId): Set<NodeId> {
  const found = new Set<NodeId>([node]);
  for (const at of found)
    for (const kind of ['provenance', 'version'] as const)
      for (const child of childrenOf(lineage, at, kind)) found.add(child);
  return found;
}
