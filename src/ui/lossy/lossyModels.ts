import type { NodeId } from '../../core/ids.ts';
import type { LossyReceipt } from '../../core/lossyViews.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import { family } from '../modelTests/boundModels.ts';

/** A model that holds another's weights with less precision. */
export type LossyNode = ModelNode & {
  readonly outcome: { readonly lossy: LossyReceipt };
};

export function isLossy(node: ModelNode | undefined): node is LossyNode {
  return node?.outcome?.lossy !== undefined;
}

/**
 * The original of a lossy model while it is there, with the content that it had. A lineage that came from
 * elsewhere has ids of its own: there it is known by its content.
 */
export function originalOf(
  node: LossyNode,
  nodes: ReadonlyMap<NodeId, ModelNode>,
): ModelNode | undefined {
  const { original, originalSnapshot } = node.outcome.lossy;
  const named = nodes.get(original);
  if (named?.snapshot === originalSnapshot) return named;
  return [...nodes.values()].find(({ snapshot }) => snapshot === originalSnapshot);
}

/** The lossy models that were made of a model, the newest last. */
export function lossyOf(
  id: NodeId,
  edges: readonly Edge[],
  nodes: ReadonlyMap<NodeId, ModelNode>,
): readonly LossyNode[] {
  return edges
    .filter(({ kind, from }) => kind === 'version' && from === id)
    .flatMap(({ to }) => {
      const node = nodes.get(to);
      return isLossy(node) && originalOf(node, nodes)?.id === id ? [node] : [];
    })
    .sort((a, b) => a.createdAt - b.createdAt);
}

/** Which models are to be shrunk, and which of those chosen are lossy already. */
export interface Chosen {
  readonly nodes: readonly NodeId[];
  readonly lossy: readonly NodeId[];
}

/** @param below - also all that were made from those chosen, by either kind of edge. */
export function chosenModels(
  roots: readonly NodeId[],
  below: boolean,
  edges: readonly Edge[],
  nodes: ReadonlyMap<NodeId, ModelNode>,
): Chosen {
  const all = [...family(below ? edges : [], roots)].filter((id) => nodes.has(id));
  const [exact, lossy]: [NodeId[], NodeId[]] = [[], []];
  for (const id of all) (isLossy(nodes.get(id)) ? lossy : exact).push(id);
  return { nodes: exact, lossy };
}
