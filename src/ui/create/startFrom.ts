import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';

/** What the form of a creation opens with. */
export interface CreateStart {
  /** Its function may be undecided. */
  readonly order: Partial<CreateOrder> & Pick<CreateOrder, 'parents'>;
}

/** A model's recipe as an order that can be changed: makes another model, the old one stays. */
export function startFrom(node: ModelNode, parents?: readonly NodeId[]): CreateStart {
  const { recipe } = node;
  if (recipe === undefined) return { order: { parents: parents ?? [node.id] } };
  const { backend } = recipe.environment;
  return {
    order: {
      function: recipe.function,
      parents: parents ?? recipe.parents.map(({ node: parent }) => parent),
      arguments: recipe.arguments,
      data: recipe.data,
      seed: recipe.seed,
      ...(backend === 'webgpu' || backend === 'wasm' ? { device: backend } : {}),
    },
  };
}
