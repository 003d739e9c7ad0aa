import type { ImportId, NodeId } from '../core/ids.ts';
import type { EdgeKind, GraphData } from '../core/lineage/graph.ts';
import type { ProvenanceRole } from '../core/lineage/provenanceRole.ts';
import type * as views from '../core/views.ts';
import type { LineageApi } from '../rpc/api.ts';
import { incoming, run, type FileSource, type LongCall } from './longCall.ts';
import { cascadeCalls, type CascadeMgit } from './mgitCascade.ts';
import { creationCalls, type CreationMgit } from './mgitCreation.ts';
import { branchCalls, type BranchMgit } from './mgitBranches.ts';
import { lossyCalls, type LossyMgit } from './mgitLossy.ts';
import { mergeCalls, type MergeMgit } from './mgitMerge.ts';
import { savingsCalls, type SavingsMgit } from './mgitSavings.ts';
import { repackCalls, type RepackMgit } from './mgitRepack.ts';
import { searchCalls, type SearchMgit } from './mgitSearch.ts';
import { testCalls, type TestMgit } from './mgitTests.ts';
import { diffCalls, type DiffMgit } from './mgitDiff.ts';

export type ImportCall = LongCall & views.ImportOptions;

export interface EdgeOptions {
  /** What the parent was to the child; of provenance edges. */
  readonly role?: ProvenanceRole;
}

export interface RemoveOptions {
  /** What becomes of the models below; `detach` unless given. */
  readonly orphans?: views.OrphanPolicy;
}

export interface CollectCall extends LongCall {
  /** Removed models are not kept for undo: undoing their removal then fails with `snapshot-missing`. */
  readonly forgetUndo?: boolean;
}

type Ids = NodeId | readonly NodeId[];

/**
 * What the screen can do, for scripts: `globalThis.mgit`. Every method is async and rejects with a
 * `LineageError` (literal `code`, typed `data`), or with an `AbortError` once its signal is aborted.
 *
 * Source: docs/api.md.
 */
export interface Mgit
  extends
    TestMgit,
    CreationMgit,
    DiffMgit,
    CascadeMgit,
    SearchMgit,
    LossyMgit,
    MergeMgit,
    RepackMgit,
    BranchMgit,
    SavingsMgit {
  import(files: FileSource, options?: ImportCall): Promise<views.ImportReport>;
  pendingImports(): Promise<views.PendingImportView[]>;
  /** The file handles of a pending import, for which a page asks permission before it resumes it. */
  pendingHandles(id: ImportId): Promise<readonly unknown[]>;
  resumeImport(id: ImportId, options?: LongCall): Promise<views.ImportReport>;
  discardImport(id: ImportId): Promise<void>;

  /** The model's files, byte for byte as imported. */
  export(id: NodeId, options?: LongCall): Promise<File[]>;
  exportSafetensors(id: NodeId, options?: LongCall): Promise<File>;
  exportZip(ids: readonly NodeId[], options?: LongCall): Promise<File>;

  graph(): Promise<GraphData>;
  /** Calls back after every change of the graph, by this tab or another. */
  subscribe(listener: (what: views.Changed) => void): Promise<void>;
  history(id?: NodeId): Promise<views.HistoryEntry[]>;
  undo(): Promise<views.HistoryEntry>;
  redo(): Promise<views.HistoryEntry>;

  rename(id: NodeId, name: string): Promise<void>;
  annotate(id: NodeId, notes: string): Promise<void>;
  tag(ids: Ids, add: readonly string[], remove?: readonly string[]): Promise<void>;
  setModelType(ids: Ids, modelType?: string): Promise<void>;
  removePreview(ids: Ids): Promise<views.RemovePreview>;
  remove(ids: Ids, options?: RemoveOptions): Promise<void>;

  connect(kind: EdgeKind, from: NodeId, to: NodeId, options?: EdgeOptions): Promise<void>;
  disconnect(kind: EdgeKind, from: NodeId, to: NodeId): Promise<void>;
  confirm(kind: EdgeKind, from: NodeId, to: NodeId): Promise<void>;
  reverse(kind: EdgeKind, from: NodeId, to: NodeId): Promise<void>;
  reject(kind: EdgeKind, from: NodeId, to: NodeId): Promise<void>;
  /** Looks for edges again, among `ids` or all models. */
  infer(
    ids?: readonly NodeId[],
    options?: LongCall,
  ): Promise<{ readonly provenance: number; readonly version: number }>;

  tensors(id: NodeId): Promise<views.TensorRow[]>;
  /** @param tensor - `index` of a row of `tensors(id)`. */
  tensorStatistics(id: NodeId, tensor: number, options?: LongCall): Promise<views.TensorStatistics>;
  architecture(id: NodeId): Promise<views.ArchitectureView>;

  storage(ids?: readonly NodeId[]): Promise<views.StorageReport>;
  nodeStorage(id: NodeId): Promise<views.NodeStorage>;
  fsck(options?: LongCall): Promise<views.FsckReport>;
  /** Deletes what no model and no undo needs. */
  collect(options?: CollectCall): Promise<{ readonly chunks: number; readonly bytes: number }>;
  /** Forgets everything, the log included. */
  reset(): Promise<void>;
}

declare global {
  // A `var` is what puts a name on `globalThis` for the compiler.
  var mgit: Mgit;
}

function listed(ids: Ids): readonly NodeId[] {
  return typeof ids === 'string' ? [ids] : ids;
}

function importOptions(options: ImportCall | undefined): views.ImportOptions {
  const { infer, parent, declared, modelType } = options ?? {};
  return {
    ...(infer === undefined ? {} : { infer }),
    ...(parent === undefined ? {} : { parent }),
    ...(declared === undefined ? {} : { declared }),
    ...(modelType === undefined ? {} : { modelType }),
  };
}

type Long =
  | 'import' | 'resumeImport' | 'export' | 'exportSafetensors' | 'exportZip'
  | 'infer' | 'tensorStatistics' | 'fsck' | 'collect'; // prettier-ignore

function longCalls(lineage: LineageApi): Pick<Mgit, Long> {
  return {
    import: (files, options) =>
      lineage.importFiles([...files].map(incoming), importOptions(options), ...run(options)),
    resumeImport: (id, options) => lineage.resumeImport(id, ...run(options)),
    export: (id, options) => lineage.exportFiles(id, ...run(options)),
    exportSafetensors: (id, options) => lineage.exportSafetensors(id, ...run(options)),
    exportZip: (ids, options) => lineage.exportZip([...ids], ...run(options)),
    infer: (ids, options) => lineage.infer(ids && [...ids], ...run(options)),
    tensorStatistics: (id, tensor, options) =>
      lineage.tensorStatistics(id, tensor, run(options)[0]),
    fsck: (options) => lineage.fsck(...run(options)),
    collect: (options) =>
      lineage.collect(options?.forgetUndo === true ? 0 : undefined, ...run(options)),
  };
}

/** The JavaScript API over the wire to the lineage worker. */
export function createMgit(lineage: LineageApi): Mgit {
  return {
    ...longCalls(lineage),
    ...creationCalls(lineage),
    ...branchCalls(lineage),
    ...lossyCalls(lineage),
    ...mergeCalls(lineage),
    ...repackCalls(lineage),
    ...savingsCalls(lineage),
    ...searchCalls(lineage),
    ...testCalls(lineage),
    ...cascadeCalls(lineage),
    ...diffCalls(lineage),
    pendingImports: () => lineage.pendingImports(),
    pendingHandles: (id) => lineage.pendingHandles(id),
    discardImport: (id) => lineage.discardImport(id),
    graph: () => lineage.graph(),
    subscribe: (listener) => lineage.subscribe(listener),
    history: (id) => lineage.history(id),
    undo: () => lineage.undo(),
    redo: () => lineage.redo(),
    rename: (id, name) => lineage.rename(id, name),
    annotate: (id, notes) => lineage.annotate(id, notes),
    tag: (ids, add, remove = []) => lineage.tag([...listed(ids)], [...add], [...remove]),
    setModelType: (ids, modelType) => lineage.setModelType([...listed(ids)], modelType),
    removePreview: (ids) => lineage.removePreview([...listed(ids)]),
    remove: (ids, options) => lineage.remove([...listed(ids)], options?.orphans ?? 'detach'),
    connect: (kind, from, to, options) => lineage.connect({ kind, from, to, ...options }),
    disconnect: (kind, from, to) => lineage.disconnect({ kind, from, to }),
    confirm: (kind, from, to) => lineage.confirm({ kind, from, to }),
    reverse: (kind, from, to) => lineage.reverse({ kind, from, to }),
    reject: (kind, from, to) => lineage.reject({ kind, from, to }),
    tensors: (id) => lineage.tensors(id),
    architecture: (id) => lineage.architecture(id),
    storage: (ids) => lineage.storage(ids && [...ids]),
    nodeStorage: (id) => lineage.nodeStorage(id),
    reset: () => lineage.reset(),
  };
}
