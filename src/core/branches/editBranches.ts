import type { NodeId } from '../ids.ts';
import { checkedName, nodeOf, type Draft } from '../lineage/editLineage.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { LineageError } from '../lineageError.ts';
import { foreignPrefix, type Branch } from './branch.ts';
import { movedTo } from './moved.ts';

/** @throws LineageError `branch-missing`. */
export function branchOf(lineage: Lineage, name: string): Branch {
  const found = lineage.branches.get(name);
  if (found === undefined) throw new LineageError('branch-missing', { branch: name });
  return found;
}

/** @throws LineageError `name-invalid`, `name-taken`, `node-missing`. */
export function addBranch(lineage: Lineage, branch: Branch): Draft {
  const name = freeBranchName(lineage, branch.name);
  const head = nodeOf(lineage, branch.head);
  return {
    kind: 'add-branch',
    title: `Added the branch ${name} at ${head.name}`,
    changes: [{ of: 'branch', after: { ...branch, name } }],
  };
}

/**
 * Points a branch at another model, anywhere in the lineage. The history keeps from where, and why.
 *
 * @throws LineageError `branch-missing`, `node-missing`.
 */
export function moveBranch(lineage: Lineage, name: string, to: NodeId, reason = ''): Draft {
  const before = branchOf(lineage, name);
  const [from, head] = [nodeOf(lineage, before.head), nodeOf(lineage, to)];
  const why = reason.trim();
  const after = movedTo(before, to, why === '' ? undefined : why);
  return {
    kind: 'move-branch',
    title: `Moved the branch ${name} from ${from.name} to ${head.name}${why === '' ? '' : `: ${why}`}`,
    changes: [{ of: 'branch', before, after }],
  };
}

/** @throws LineageError `branch-missing`, `name-invalid`, `name-taken`. */
export function renameBranch(lineage: Lineage, name: string, to: string): Draft {
  const before = branchOf(lineage, name);
  const wanted = freeBranchName(lineage, to);
  return {
    kind: 'rename-branch',
    title: `Renamed the branch ${name} to ${wanted}`,
    // A branch is kept by its name: the old record goes and another comes.
    changes: [
      { of: 'branch', before },
      { of: 'branch', after: { ...before, name: wanted } },
    ],
  };
}

/** Takes a branch away; no model is touched. @throws LineageError `branch-missing`. */
export function removeBranch(lineage: Lineage, name: string): Draft {
  return {
    kind: 'remove-branch',
    title: `Removed the branch ${name}`,
    changes: [{ of: 'branch', before: branchOf(lineage, name) }],
  };
}

function freeBranchName(lineage: Lineage, given: string): string {
  const name = checkedName(given);
  if (name.startsWith(foreignPrefix))
    throw new LineageError('name-invalid', {
      name,
      reason: `names that begin with ${foreignPrefix} are for branches of other lineages`,
    });
  if (lineage.branches.has(name)) throw new LineageError('name-taken', { name });
  return name;
}
