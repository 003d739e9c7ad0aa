import type * as sharing from '../core/branchViews.ts';
import type { NodeId } from '../core/ids.ts';
import type { IncomingFile, OnProgress, Signal } from './calls.ts';

/** The part of the lineage worker's API that keeps branches, and exchanges lineages. */
export interface BranchApi {
  /** Every branch, by name, with how it stands and what has become of it. */
  branches(): Promise<sharing.BranchView[]>;
  /** @throws LineageError `name-invalid`, `name-taken`, `node-missing`. */
  addBranch(name: string, head: NodeId, notes: string): Promise<void>;
  /** @throws LineageError `branch-missing`, `node-missing`. */
  moveBranch(name: string, to: NodeId, reason: string | undefined): Promise<void>;
  /** @throws LineageError `branch-missing`, `name-invalid`, `name-taken`. */
  renameBranch(name: string, to: string): Promise<void>;
  /** Takes the name away; no model is touched. @throws LineageError `branch-missing`. */
  removeBranch(name: string): Promise<void>;
  /** The graph with its content as one file. @throws LineageError `node-missing`, `snapshot-missing`. */
  exportLineage(
    order: sharing.LineageExport,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<File>;
  /** Nothing is changed. @throws LineageError `lineage-file-invalid`, `file-unreadable`. */
  compareLineage(files: readonly IncomingFile[]): Promise<sharing.LineageComparison>;
  /**
   * Takes in what the file adds, in one step of the history.
   *
   * @throws LineageError `lineage-file-invalid`, `file-unreadable`, `node-missing`, `quota-exceeded`.
   */
  adoptLineage(
    files: readonly IncomingFile[],
    options: sharing.AdoptOptions,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<sharing.AdoptReport>;
}
