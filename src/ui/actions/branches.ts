import type { AdoptReport, BranchView } from '../../core/branchViews.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import { pickData } from '../datasets/pickData.ts';
import { counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';
import { exportedFile } from './exportModels.ts';
import { tryChange } from './changeLineage.ts';
import { forgetRepeated } from './importModels.ts';

export function addBranch(session: Session, name: string, head: NodeId): Promise<boolean> {
  return tryChange(session, `Branch ${name} added at ${session.nameOf(head)}`, (mgit) =>
    mgit.addBranch(name, head),
  );
}

export function moveBranch(
  session: Session,
  name: string,
  to: NodeId,
  reason?: string,
): Promise<boolean> {
  return tryChange(session, `Branch ${name} moved to ${session.nameOf(to)}`, (mgit) =>
    mgit.moveBranch(name, to, reason),
  );
}

export function renameBranch(session: Session, name: string, to: string): Promise<boolean> {
  return tryChange(session, `Branch ${name} is now ${to}`, (mgit) => mgit.renameBranch(name, to));
}

export function removeBranch(session: Session, name: string): Promise<boolean> {
  return tryChange(session, `Branch ${name} removed; its models stay`, (mgit) =>
    mgit.removeBranch(name),
  );
}

/** Where a branch can move without losing anything, and why. */
export function forwardOf({ standing, other }: BranchView): readonly [NodeId, string] | undefined {
  if (standing.is === 'behind') return [standing.forward, 'fast-forward'];
  return other?.is === 'ahead' ? [other.head, `fast-forward to ${other.name}`] : undefined;
}

/** The two models that a branch's fork wants merged. */
export function forkOf({ head, standing, other }: BranchView): readonly [NodeId, NodeId] | undefined {
  if (other?.is === 'diverged') return [head, other.head];
  if (standing.is !== 'forked') return undefined;
  const [x, y] = standing.heads;
  return x === undefined || y === undefined ? undefined : [x, y];
} // prettier-ignore

/** The lineage as one file: all of it, or some models with all above them. */
export async function exportLineage(
  session: Session,
  models?: readonly NodeId[],
  thin?: readonly SnapshotId[],
): Promise<void> {
  const what = models === undefined ? 'the lineage' : counted(models.length, 'model');
  await exportedFile(session, `Export ${what}${models ? ' with its history' : ''}`, (run) =>
    session.mgit.exportLineage(models, { ...run, ...(thin === undefined ? {} : { thin }) }),
  );
}

/** Lets a person pick a lineage file and opens it beside this lineage. From a click or a key. */
export async function compareWithFile(session: Session): Promise<void> {
  try {
    const files = await pickData('files');
    if (files.length > 0) session.openWork({ is: 'branches', files });
  } catch (error) {
    session.toasts.failed(error);
  }
}

/** What taking in another lineage did, in a line. */
export function adoptSummary(report: AdoptReport): string {
  const { added, edges, branches, forwarded, skipped } = report;
  const parts = [`${counted(added.length, 'model')} taken in`];
  if (edges > 0) parts.push(counted(edges, 'edge'));
  if (branches.length > 0) parts.push(counted(branches.length, 'new branch', 'new branches'));
  if (forwarded.length > 0)
    parts.push(`${counted(forwarded.length, 'branch', 'branches')} moved forward`);
  if (skipped.length > 0) parts.push(`${skipped.length} left out`);
  return parts.join(' · ');
}

/** Takes in another lineage, or some of its models; undefined when it was cancelled or failed. */
export async function adoptLineage(
  session: Session,
  files: readonly IncomingFile[],
  models?: readonly NodeId[],
): Promise<AdoptReport | undefined> {
  const report = await session.task(
    `Take in ${files[0]?.path ?? 'a lineage'}`,
    (run) => session.mgit.adoptLineage(files, { ...run, ...(models === undefined ? {} : { models }) }),
    adoptSummary,
  );
  if (report !== undefined) await forgetRepeated(session, files);
  await session.refresh();
  session.pending = await session.mgit.pendingImports();
  if (report !== undefined) session.dismissEnded();
  return report;
} // prettier-ignore
