import type { ImportId } from '../ids.ts';
import type { GraphData } from '../lineage/graph.ts';
import type { Operation } from '../lineage/operation.ts';

/** An import that began and has neither committed nor been discarded. */
export interface PendingImport {
  readonly id: ImportId;
  readonly startedAt: number;
  /** Paths of the files, in order. */
  readonly paths: readonly string[];
  /** File handles the browser let us keep, where it did: opaque, structured-cloneable. */
  readonly handles: readonly unknown[];
  readonly options: unknown;
  /** Set where it is not an import but the making of models: what that has done so far. */
  readonly job?: unknown;
  /** Set by `pendingImports`: a tab, this one or another, is working on it now. */
  readonly running?: boolean;
}

/** The graph and its log. */
export interface LineageLog {
  /** The graph as last committed, by any tab. */
  load(): Promise<GraphData>;
  /** Operations, oldest first. */
  operations(): Promise<Operation[]>;
  /**
   * Applies `operation` to the stored graph and appends it, in one strict transaction. With
   * `imported`, also ends that pending import. Tells other tabs.
   *
   * Every snapshot it names, and every chunk of it, must be stored: content before reference.
   *
   * @throws LineageError `operation-conflict` if a `before` is not what is stored: nothing changes.
   * @throws LineageError `snapshot-missing`, `chunk-missing`, `record-corrupt`: nothing changes.
   * @throws LineageError `quota-exceeded`.
   */
  commit(operation: Operation, imported?: ImportId): Promise<void>;
  /** Calls back after a commit of another tab. Returns the way to stop. */
  onForeignCommit(listener: () => void): () => void;

  beginImport(pending: PendingImport): Promise<void>;
  pendingImports(): Promise<PendingImport[]>;
  /** Forgets a pending import; its chunks are then for the collector. */
  endImport(id: ImportId): Promise<void>;
}

/** Mutual exclusion between tabs. Readers never take it. */
export interface WriterLock {
  /** Runs `work` alone among all tabs; rejects as `work` does. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}
