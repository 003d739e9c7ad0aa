import type { LineageComparison } from '../branchViews.ts';
import type { NodeId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import { reach } from './reach.ts';

/**
 * Which of their models to take in: those asked for, or everything that is missing here and was not
 * removed here; in either case with all they come from, also what had been removed, since something new
 * needs it.
 *
 * @param wanted - their ids; those that are here already need nothing.
 * @throws LineageError `node-missing` for an id that the file does not have.
 */
export function chooseModels(
  comparison: LineageComparison,
  wanted?: readonly NodeId[],
): Set<NodeId> {
  const known = new Set<NodeId>();
  const missing = new Map<NodeId, LineageComparison['matches'][number]>();
  for (const match of comparison.matches) {
    if (match.theirs === undefined) continue;
    known.add(match.theirs);
    if (match.ours === undefined) missing.set(match.theirs, match);
  }
  for (const id of wanted ?? [])
    if (!known.has(id)) throw new LineageError('node-missing', { node: id });
  const seeds = (
    wanted ?? [...missing.values()].filter(({ removed }) => removed !== true).map(({ theirs }) => theirs)
  ).filter((id) => id !== undefined && missing.has(id)) as NodeId[]; // prettier-ignore
  const chosen = new Set<NodeId>();
  for (const seed of seeds)
    if (!chosen.has(seed))
      for (const id of reach(seed, (one) =>
        (missing.get(one)?.needs ?? []).filter((above) => !chosen.has(above)),
      ))
        chosen.add(id);
  return chosen;
}
