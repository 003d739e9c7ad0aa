import type { LineageComparison, LineageMatch } from '../../core/branchViews.ts';
import type { NodeId } from '../../core/ids.ts';

/** What a person said of their models, by their id. */
export type Said = ReadonlyMap<NodeId, boolean>;

/** Whether their model is wanted: what can be had and was not removed here, until a person says otherwise. */
export function isWanted(match: LineageMatch, said: Said): boolean {
  const { theirs, ours, available, removed } = match;
  if (theirs === undefined || ours !== undefined || !available) return false;
  return said.get(theirs) ?? removed !== true;
}

/** Their ids of what is wanted, with the missing models that it comes from. */
export function takenModels({ matches }: LineageComparison, said: Said): ReadonlySet<NodeId> {
  const missing = new Map<NodeId, LineageMatch>();
  for (const match of matches)
    if (match.theirs !== undefined && match.ours === undefined) missing.set(match.theirs, match);
  const taken = new Set<NodeId>();
  for (const [id, match] of missing) if (isWanted(match, said)) taken.add(id);
  // A set's iteration reaches what is added on the way.
  for (const id of taken)
    for (const above of missing.get(id)?.needs ?? [])
      if (missing.get(above)?.available === true) taken.add(above);
  return taken;
}

/** Whether nothing was said against what is taken by default: then the whole lineage is taken in. */
export function takesAll({ matches }: LineageComparison, said: Said): boolean {
  const asked = new Map<NodeId, boolean>();
  return matches.every((match) => isWanted(match, said) === isWanted(match, asked));
}
