import type { AdoptReport } from '../branchViews.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Adopting } from './adopting.ts';
import { foreignPrefix, type Branch } from './branch.ts';
import { movedTo } from './moved.ts';
import { versionOrder } from './standing.ts';

type Branches = Pick<AdoptReport, 'branches' | 'forwarded' | 'diverged'>;

/**
 * Their branches: a new one comes, ours moves where theirs is ahead, and where both have gone on, ours
 * stays and theirs is kept beside it as `theirs/…`. Their own notes on other lineages' branches come only
 * where nothing here is called so.
 */
export function adoptBranches(adopting: Adopting, before: Lineage): Branches {
  const { file, ids, fresh, whole } = adopting;
  const found: Found = { branches: [], forwarded: [], diverged: [] };
  for (const theirs of file.branches) {
    const head = ids.get(theirs.head);
    if (head === undefined || (!whole && !fresh.has(head))) continue;
    const branch = { ...theirs, head };
    if (theirs.name.startsWith(foreignPrefix)) adoptNote(adopting, before, branch);
    else adoptBranch(adopting, branch, found);
  }
  return found;
}

interface Found {
  readonly branches: string[];
  readonly forwarded: string[];
  readonly diverged: { readonly name: string; readonly theirs: string }[];
}

function adoptNote(adopting: Adopting, before: Lineage, branch: Branch): void {
  const own = branch.name.slice(foreignPrefix.length);
  if (!before.branches.has(own) && !adopting.trial.branches.has(branch.name)) add(adopting, branch);
}

/** @param theirs - with its head as it is called here. */
function adoptBranch(adopting: Adopting, theirs: Branch, found: Found): void {
  const { trial, changes } = adopting;
  const { head, reason } = theirs;
  const ours = trial.branches.get(theirs.name);
  if (ours === undefined) {
    add(adopting, theirs);
    found.branches.push(theirs.name);
    return;
  }
  const order = versionOrder(trial, ours.head, head);
  if (order === 'before') {
    changes.push({ of: 'branch', before: ours, after: movedTo(ours, head, reason) });
    found.forwarded.push(ours.name);
  }
  const name = `${foreignPrefix}${theirs.name}`;
  const noted = trial.branches.get(name);
  if (order === 'diverged') {
    found.diverged.push({ name: ours.name, theirs: name });
    if (noted === undefined) add(adopting, { ...theirs, name });
  }
  if (noted !== undefined && noted.head !== head)
    changes.push({ of: 'branch', before: noted, after: movedTo(noted, head, reason) });
}

function add({ trial, changes }: Adopting, branch: Branch): void {
  trial.branches.set(branch.name, branch);
  changes.push({ of: 'branch', after: branch });
}
