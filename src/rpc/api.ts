import type * as creation from '../core/creationViews.ts';
import type { DataUse } from '../core/data/dataUse.ts';
import type { Reading } from '../core/data/dataset.ts';
import type { DatasetId, ImportId, NodeId } from '../core/ids.ts';
import type { LayoutInput, Positions } from '../core/layout/layout.ts';
import type { GraphData } from '../core/lineage/graph.ts';
import type { ComputeReport } from '../core/ports/compute.ts';
import type { TrainReport } from '../core/training/report.ts';
import type { BranchApi } from './branchApi.ts';
import type { IncomingFile, OnCreationEvent, OnProgress, Signal } from './calls.ts';
import type { DiffApi } from './diffApi.ts';
import type { CascadeApi } from './cascadeApi.ts';
import type { SavingsApi } from './savingsApi.ts';
import type { RepackApi } from './repackApi.ts';
import type { SearchApi } from './searchApi.ts';
import type { LossyApi } from './lossyApi.ts';
import type { MergeApi } from './mergeApi.ts';
import type { StartCompute } from './startCompute.ts';
import type { TestApi } from './testApi.ts';
import type * as views from '../core/views.ts';

/**
 * What the lineage worker does for the page. Every method rejects with a `LineageError`, or with an
 * `AbortError` once its signal is aborted.
 */
export interface LineageApi
  extends
    TestApi,
    DiffApi,
    CascadeApi,
    SearchApi,
    MergeApi,
    LossyApi,
    BranchApi,
    RepackApi,
    SavingsApi {
  start(): Promise<views.StartState>;
  /** Tells how compute devices are started, before anything is computed. */
  attachCompute(start: StartCompute): Promise<void>;
  graph(): Promise<GraphData>;
  /** Calls back after every change of the graph, by this tab or another, and after tests were run. */
  subscribe(listener: (what: views.Changed) => void): Promise<void>;

  importFiles(
    files: readonly IncomingFile[],
    options: views.ImportOptions,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<views.ImportReport>;
  pendingImports(): Promise<views.PendingImportView[]>;
  /**
   * The file handles of a pending import, for which the page asks permission before it resumes it: only
   * a page may ask.
   */
  pendingHandles(id: ImportId): Promise<readonly unknown[]>;
  resumeImport(id: ImportId, signal: Signal, onProgress: OnProgress): Promise<views.ImportReport>;
  discardImport(id: ImportId): Promise<void>;

  /** The model's files, byte for byte as they were imported. Handles: their bytes stay in the worker. */
  exportFiles(id: NodeId, signal: Signal, onProgress: OnProgress): Promise<File[]>;
  exportSafetensors(id: NodeId, signal: Signal, onProgress: OnProgress): Promise<File>;
  /** Several models as one zip, stored without compression. */
  exportZip(ids: readonly NodeId[], signal: Signal, onProgress: OnProgress): Promise<File>;

  rename(id: NodeId, name: string): Promise<void>;
  annotate(id: NodeId, notes: string): Promise<void>;
  tag(ids: readonly NodeId[], add: readonly string[], remove: readonly string[]): Promise<void>;
  setModelType(ids: readonly NodeId[], modelType: string | undefined): Promise<void>;
  connect(order: views.EdgeOrder): Promise<void>;
  disconnect(order: views.EdgeOrder): Promise<void>;
  /** An inferred edge becomes a declared one. */
  confirm(order: views.EdgeOrder): Promise<void>;
  /** Turns an edge round, as declared. */
  reverse(order: views.EdgeOrder): Promise<void>;
  /** Removes an inferred edge; the pair is not proposed again. */
  reject(order: views.EdgeOrder): Promise<void>;
  removePreview(ids: readonly NodeId[]): Promise<views.RemovePreview>;
  remove(ids: readonly NodeId[], orphans: views.OrphanPolicy): Promise<void>;
  /** Looks for edges again, among `ids` or all models. */
  infer(
    ids: readonly NodeId[] | undefined,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<{ readonly provenance: number; readonly version: number }>;

  undo(): Promise<views.HistoryEntry>;
  redo(): Promise<views.HistoryEntry>;
  /** Newest first; of one node, or all. */
  history(id?: NodeId): Promise<views.HistoryEntry[]>;

  tensors(id: NodeId): Promise<views.TensorRow[]>;
  tensorStatistics(id: NodeId, tensor: number, signal: Signal): Promise<views.TensorStatistics>;
  architecture(id: NodeId): Promise<views.ArchitectureView>;
  storage(ids?: readonly NodeId[]): Promise<views.StorageReport>;
  nodeStorage(id: NodeId): Promise<views.NodeStorage>;

  /** The creation functions, as they fit these parents. */
  functions(parents: readonly NodeId[]): Promise<creation.FunctionView[]>;
  /** How a data set would feed the parents; editable. @throws LineageError `data-unfit`. */
  proposeUse(parents: readonly NodeId[], dataset: DatasetId): Promise<DataUse>;
  /** What an order will do, how long it may take, and how much memory. */
  previewCreation(order: creation.CreateOrder, signal: Signal): Promise<creation.CreationPreview>;
  /** Makes models. Each rejects as a whole: nothing is half made. */
  create(
    order: creation.CreateOrder,
    signal: Signal,
    onProgress: OnProgress,
    onEvent: OnCreationEvent,
  ): Promise<creation.CreateReport>;
  pauseJob(job: string): Promise<void>;
  continueJob(job: string): Promise<void>;
  /** Ends a run early and keeps the best so far as the model. */
  finishJob(job: string): Promise<void>;
  /** Creations that a closed tab interrupted. */
  pendingJobs(): Promise<creation.PendingJobView[]>;
  resumeJob(
    id: string,
    signal: Signal,
    onProgress: OnProgress,
    onEvent: OnCreationEvent,
  ): Promise<creation.CreateReport>;
  discardJob(id: string): Promise<void>;
  /** Runs a model's recipe again, compares, and grades its provenance edges. */
  replay(
    id: NodeId,
    signal: Signal,
    onProgress: OnProgress,
    onEvent: OnCreationEvent,
  ): Promise<creation.ReplayReport>;
  /** The training run that made a model; undefined for one that was not trained here. */
  trainingReport(id: NodeId): Promise<TrainReport | undefined>;

  /** How the files would be read as one data set. @throws LineageError `dataset-invalid`. */
  proposeDataset(
    files: readonly IncomingFile[],
    reading: Reading | undefined,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<creation.DatasetProposal>;
  addDataset(
    files: readonly IncomingFile[],
    options: { readonly name?: string; readonly reading?: Reading; readonly notes?: string },
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<creation.DatasetReport>;
  datasetPreview(id: DatasetId, signal: Signal): Promise<creation.DatasetPreview>;
  renameDataset(id: DatasetId, name: string): Promise<void>;
  annotateDataset(id: DatasetId, notes: string): Promise<void>;
  removeDataset(id: DatasetId): Promise<void>;
  exportDataset(id: DatasetId, signal: Signal, onProgress: OnProgress): Promise<File[]>;

  /** What the model takes when it is tried. */
  tryView(id: NodeId): Promise<creation.TryView>;
  /** Runs models on one input, given for each network input in turn. */
  predict(
    ids: readonly NodeId[],
    inputs: Readonly<Record<string, creation.TryInput>>,
    signal: Signal,
  ): Promise<creation.Prediction[]>;
  devices(): Promise<ComputeReport>;

  fsck(signal: Signal, onProgress: OnProgress): Promise<views.FsckReport>;
  /**
   * Deletes what no model and no undo needs.
   *
   * @param keepUndo - how many of the latest operations keep the models they could bring back; 0 frees
   *   removed models for good. The app's own number when undefined.
   */
  collect(
    keepUndo: number | undefined,
    signal: Signal,
    onProgress: OnProgress,
  ): Promise<{ readonly chunks: number; readonly bytes: number }>;
  /** Forgets everything, the log included. For the "start over" of an evicted or broken store. */
  reset(): Promise<void>;
}

/** What the layout worker does for the page. */
export interface LayoutApi {
  layout(input: LayoutInput): Promise<Positions>;
}
