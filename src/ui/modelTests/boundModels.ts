import type { NodeId } from '../../core/ids.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import type { Binding, ModelTest } from '../../core/modelTests/modelTest.ts';
import { matchesName } from '../../core/lineage/namePattern.ts';

interface Graph {
  readonly nodes: readonly ModelNode[];
  readonly edges: readonly Edge[];
}

/** A model with all below it, by either kind of edge. */
export function family(edges: readonly Edge[], starts: readonly NodeId[]): ReadonlySet<NodeId> {
  const below = new Map<NodeId, NodeId[]>();
  for (const { from, to } of edges) {
    const children = below.get(from);
    if (children === undefined) below.set(from, [to]);
    else children.push(to);
  }
  const found = new Set(starts);
  for (const at of found) for (const child of below.get(at) ?? []) found.add(child);
  return found;
}

/** Which models a binding is about, now. */
export function modelsBound(binding: Binding, { nodes, edges }: Graph): ReadonlySet<NodeId> {
  switch (binding.is) {
    case 'all':
      return new Set(nodes.map(({ id }) => id));
    case 'node': {
      if (!nodes.some(({ id }) => id === binding.node)) return new Set();
      return binding.descendants ? family(edges, [binding.node]) : new Set([binding.node]);
    }
    case 'type':
      return ids(nodes.filter(({ modelType }) => modelType === binding.modelType));
    case 'name':
      return ids(nodes.filter(({ name }) => matchesName(binding.pattern, name)));
  }
}

const ids = (nodes: readonly ModelNode[]) => new Set(nodes.map(({ id }) => id));

/** The models that a test is bound to. */
export function modelsOfTest(
  { bindings }: Pick<ModelTest, 'bindings'>,
  graph: Graph,
): ReadonlySet<NodeId> {
  return new Set(bindings.flatMap((binding) => [...modelsBound(binding, graph)]));
}

/** A binding in words: `lenet and all below it`. */
export function bindingText(binding: Binding, nameOf: (id: NodeId) => string): string {
  switch (binding.is) {
    case 'all':
      return 'all models';
    case 'node':
      return `${nameOf(binding.node)}${binding.descendants ? ' and all below it' : ''}`;
    case 'type':
      return `models of type ${binding.modelType}`;
    case 'name':
      return `models named ${binding.pattern}`;
  }
}
