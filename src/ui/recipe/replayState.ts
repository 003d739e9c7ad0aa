import type { NodeId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';

/** Whether a made model's recipe has been run again, by the grade of its edges from above. */
export function replayState(
  edges: readonly Edge[],
  id: NodeId,
): { readonly is: 'replayed' | 'not-yet'; readonly text: string } {
  const above = edges.filter(({ kind, to }) => kind === 'provenance' && to === id);
  const replayed = above.length > 0 && above.every(({ grade }) => grade === 're-derived');
  return replayed
    ? { is: 'replayed', text: 'Re-derived: the recipe was run again and gave the same.' }
    : { is: 'not-yet', text: 'Not replayed yet: its recipe says how it was made.' };
}
