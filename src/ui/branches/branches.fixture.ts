import { LineageError } from '../../core/lineageError.ts';
import type { BranchApi } from '../../rpc/branchApi.ts';

/** A worker without branches, which gets no lineage files. */
export function fakeBranches(): BranchApi {
  const missing = (branch: string) =>
    Promise.reject(new LineageError('branch-missing', { branch }));
  const unread = () =>
    Promise.reject(
      new LineageError('lineage-file-invalid', { file: 'x', reason: 'it is made up' }),
    );
  return {
    branches: () => Promise.resolve([]),
    addBranch: () => Promise.resolve(),
    moveBranch: missing,
    renameBranch: missing,
    removeBranch: missing,
    exportLineage: () => Promise.resolve(new File(['x'], 'lineage.mgit.zip')),
    compareLineage: unread,
    adoptLineage: unread,
  };
}
