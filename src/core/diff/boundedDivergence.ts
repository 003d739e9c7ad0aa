import type { DivergenceView } from '../diffViews.ts';
import { commonEdges, edgeKey, layerRelation } from './layerRelation.ts';
import {
  matchLayers,
  withoutContents,
  type HashedArchitecture,
  type LayerMatching,
} from './matchLayers.ts';

/**
 * The share of edges, those from the input and to the output included, that are not common to both:
 * 0 is identical, 1 is nothing shared, never more. An edge is common if both its ends are matched and
 * equal, in structure or in content. Symmetric.
 *
 * @param matching - of `a` and `b` with their contents; the structural number has a matching of its
 *   own, which looks at structure alone, so that equal architectures have 0 whatever they hold.
 */
export function boundedDivergence(
  a: HashedArchitecture,
  b: HashedArchitecture,
  matching: LayerMatching,
): DivergenceView {
  const [plainA, plainB] = [withoutContents(a), withoutContents(b)];
  const contextual = edgeShare(a, b, matching, 'equal');
  const structural = edgeShare(a, b, matchLayers(plainA, plainB), 'changed');
  return { structural: Math.min(structural, contextual), contextual };
}

function edgeShare(
  a: HashedArchitecture,
  b: HashedArchitecture,
  matching: LayerMatching,
  atMost: 'equal' | 'changed',
): number {
  const partners = matching.ofA.map((y, x) => {
    if (y === undefined) return undefined;
    const relation = layerRelation(a, x, b, y);
    return relation === 'equal' || relation === atMost ? y : undefined;
  });
  const count = ({ edges }: HashedArchitecture): number =>
    new Set(edges.map(({ from, to }) => edgeKey(from, to))).size;
  const total = count(a) + count(b);
  return total === 0 ? 0 : 1 - (2 * commonEdges(a, b, partners).size) / total;
}
