import type { BranchMove, BranchView } from '../branchViews.ts';
import { childrenOf, type Lineage } from '../lineage/lineage.ts';
import type { Change, Operation } from '../lineage/operation.ts';
import { undoStacks } from '../lineage/undoStacks.ts';
import { foreignPrefix, type Branch } from './branch.ts';
import { standingOf, versionOrder } from './standing.ts';

/** Every branch as the list shows it, by name. @param log - oldest first. */
export function branchViewsOf(lineage: Lineage, log: readonly Operation[]): BranchView[] {
  const moves = movesByName(log);
  return [...lineage.branches.values()]
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map((branch) => {
      const other = otherOf(lineage, branch);
      return {
        ...branch,
        standing: standingOf(lineage, branch.head),
        ...(other === undefined ? {} : { other }),
        moves: (moves.get(branch.name) ?? []).toReversed(),
      };
    });
}

function otherOf(lineage: Lineage, branch: Branch): BranchView['other'] {
  const theirs = lineage.branches.get(`${foreignPrefix}${branch.name}`);
  if (theirs === undefined) return undefined;
  const order = versionOrder(lineage, branch.head, theirs.head);
  if (order === 'same' || order === 'after') return undefined;
  // A fork whose two ends were merged below is settled: the branch has only to move on.
  if (order === 'diverged' && mergedBelow(lineage, branch, theirs)) return undefined;
  return {
    name: theirs.name,
    head: theirs.head,
    is: order === 'before' ? 'ahead' : 'diverged',
  };
}

function mergedBelow(lineage: Lineage, a: Branch, b: Branch): boolean {
  const below = new Set(childrenOf(lineage, a.head, 'version'));
  return childrenOf(lineage, b.head, 'version').some((id) => below.has(id));
}

/** The moves of each branch, oldest first, followed through renames. Undone ones are none. */
function movesByName(log: readonly Operation[]): Map<string, BranchMove[]> {
  const moves = new Map<string, BranchMove[]>();
  for (const operation of undoStacks(log).undo.flat()) {
    const changes = operation.changes.filter((change) => change.of === 'branch');
    if (operation.kind === 'rename-branch') rename(moves, changes);
    for (const change of changes) add(moves, operation, change);
  }
  return moves;
}

function rename(
  moves: Map<string, BranchMove[]>,
  changes: readonly Extract<Change, { of: 'branch' }>[],
): void {
  const before = changes.find((change) => change.before !== undefined)?.before?.name ?? '';
  const after = changes.find((change) => change.after !== undefined)?.after?.name ?? '';
  moves.set(after, moves.get(before) ?? []);
  moves.delete(before);
}

function add(
  moves: Map<string, BranchMove[]>,
  { kind, at, title }: Operation,
  { before, after }: Extract<Change, { of: 'branch' }>,
): void {
  if (after === undefined) {
    if (kind !== 'rename-branch' && before !== undefined) moves.delete(before.name);
    return;
  }
  const known = moves.get(after.name) ?? [];
  moves.set(after.name, known);
  known.push({
    at,
    title,
    ...(before === undefined ? {} : { from: before.head }),
    to: after.head,
    ...(after.reason === undefined || after.reason === before?.reason
      ? {}
      : { reason: after.reason }),
  });
}
