import type { ModelDiff } from '../../core/diffViews.ts';

/** Says at once that two models have the same weights; undefined where they have not. */
export function sameness({ tensors, layers, edges }: ModelDiff): string | undefined {
  if (tensors.length === 0 || tensors.some(({ is }) => is !== 'equal')) return undefined;
  if (layers.every(({ is }) => is === 'equal') && edges.length === 0)
    return 'These are the same weights in the same layers. Every tensor is equal, byte for byte.';
  return 'These are the same weights: every tensor is equal, byte for byte. Only the graph around them differs.';
}
