import type { BranchStanding } from '../branchViews.ts';
import type { NodeId } from '../ids.ts';
import { ancestors, descendants } from '../lineage/ancestry.ts';
import { childrenOf, type Lineage } from '../lineage/lineage.ts';

/**
 * How a branch at `head` stands to the versions that came after it. A fork that was merged again is
 * none: all of it ends in one model.
 */
export function standingOf(lineage: Lineage, head: NodeId): BranchStanding {
  const below = descendants(lineage, [head], ['version']);
  const by = below.size;
  if (by === 0) return { is: 'head' };
  const ends = [...below].filter((id) => childrenOf(lineage, id, 'version').length === 0);
  const [forward] = ends;
  if (ends.length === 1 && forward !== undefined) return { is: 'behind', by, forward };
  const wanted = new Set(ends);
  return { is: 'forked', by, heads: [...lineage.nodes.keys()].filter((id) => wanted.has(id)) };
}

/** How a model stands to another by version edges: the same, an ancestor, a descendant, or neither. */
export function versionOrder(
  lineage: Lineage,
  a: NodeId,
  b: NodeId,
): 'same' | 'before' | 'after' | 'diverged' {
  if (a === b) return 'same';
  if (ancestors(lineage, [b], ['version']).has(a)) return 'before';
  return ancestors(lineage, [a], ['version']).has(b) ? 'after' : 'diverged';
}
