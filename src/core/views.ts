import type { Architecture } from './architecture.ts';
import type { Dtype } from './dtype.ts';
import type { FailureCode } from './lineageError.ts';
import type { ImportId, NodeId, TensorId } from './ids.ts';
import type { EdgeGrade, EdgeKind } from './lineage/graph.ts';
import type { ProvenanceRole } from './lineage/provenanceRole.ts';
import type { StoreProblem } from './ports/contentStore.ts';
import type { TensorRole } from './snapshot.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker, besides the graph itself.
 */

/** An error as the page shows it. */
export interface ReportedError {
  readonly code: FailureCode | 'unexpected';
  readonly message: string;
  readonly data: unknown;
}

/** An edge stated together with an import: by the sample, or by a bundle. Names, not ids. */
export interface DeclaredEdge {
  readonly kind: EdgeKind;
  readonly from: string;
  readonly to: string;
  readonly role?: ProvenanceRole;
}

export interface ImportOptions {
  /** Find provenance and version edges from content; on unless false. */
  readonly infer?: boolean;
  /** Every model of the batch is a child of this node, besides what is found. */
  readonly parent?: NodeId;
  /** Edges that are known. `from` and `to` are the files' paths without extension, or model names. */
  readonly declared?: readonly DeclaredEdge[];
  /** Model type given to every model of the batch. */
  readonly modelType?: string;
}

export interface ImportedModel {
  /** Path of the model's main file. */
  readonly file: string;
  readonly id?: NodeId;
  readonly name?: string;
  /** Set when a node with the same content was there before: `id` is that node, nothing was added. */
  readonly existing?: boolean;
  readonly error?: ReportedError;
}

export interface ImportReport {
  readonly models: readonly ImportedModel[];
  /** Files that are no models: licences, READMEs. */
  readonly ignored: readonly string[];
  /** Edges found, by kind. */
  readonly edges: { readonly provenance: number; readonly version: number };
  /** Bytes of the files imported. */
  readonly rawBytes: number;
  /** Bytes the store grew by. */
  readonly storedBytes: number;
}

/** Bytes of the whole store or of a selection. */
export interface StorageReport {
  /** Files of models and data sets as they would lie in a folder; of a selection, of its models. */
  readonly rawBytes: number;
  /** Each chunk once. */
  readonly dedupBytes: number;
  /** Each chunk once and as a delta where that is smaller, with all records. */
  readonly storedBytes: number;
  /** What the browser says this origin uses and may use; undefined where it does not say. */
  readonly usage: number | undefined;
  readonly quota: number | undefined;
  readonly persisted: boolean;
  readonly chunks: number;
  readonly models: number;
  /** Data sets of the list; none in a selection. */
  readonly datasets: number;
}

/** How a tensor is stored. */
export interface TensorStorage {
  readonly rawBytes: number;
  /** Encoded size of its chunks, whoever shares them. */
  readonly storedBytes: number;
  readonly how: 'whole' | 'delta' | 'shared' | 'shared delta' | 'inline';
  readonly codecs: readonly string[];
  /** Longest chain of deltas to follow. */
  readonly depth: number;
  /** Other models that use the same payload. */
  readonly sharedWith: readonly NodeId[];
  /** What it leans on directly, each tensor once: one for a delta, several for an average. */
  readonly bases: readonly { readonly node: NodeId; readonly tensor: string }[];
  /** Stored bytes that are read to get it: its own and those of all it leans on. */
  readonly readBytes: number;
}

/** A row of the tensor table. */
export interface TensorRow {
  /** Index in the snapshot. */
  readonly index: number;
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly role: TensorRole;
  readonly sizeBytes: number;
  readonly id: TensorId | undefined;
  readonly storage: TensorStorage | undefined;
}

/** Of all elements of a tensor; complex numbers count as two elements each. */
export interface TensorStatistics {
  readonly elements: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Euclidean norm of the finite elements. */
  readonly norm: number;
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
  /** Counts of the finite elements in equal bins from `min` to `max`. */
  readonly histogram: readonly number[];
}

/** What one model costs. */
export interface NodeStorage {
  /** Its files' bytes. */
  readonly rawBytes: number;
  /** What a store with only this model would take (its chunks raw, each once, and its records). */
  readonly aloneBytes: number;
  /** What would be freed if it were removed and collected. */
  readonly uniqueBytes: number;
  /** Encoded bytes of all its chunks, shared ones included. */
  readonly reachableBytes: number;
  readonly sharedWith: readonly {
    readonly node: NodeId;
    readonly bytes: number;
    readonly tensors: number;
  }[];
}

/** What removing nodes would do. */
export interface RemovePreview {
  readonly nodes: readonly NodeId[];
  /** Nodes below them that would lose a parent or predecessor. */
  readonly orphans: readonly { readonly node: NodeId; readonly kinds: readonly EdgeKind[] }[];
  /** Edges that re-attaching the children to the removed nodes' parents would add. */
  readonly reattached: readonly {
    readonly kind: EdgeKind;
    readonly from: NodeId;
    readonly to: NodeId;
  }[];
  /** Branches at removed models: where each goes; without `to` it goes with its model. */
  readonly branches: readonly {
    readonly name: string;
    readonly from: NodeId;
    readonly to?: NodeId;
  }[];
  readonly freedBytes: number;
}

/** What becomes of the children of removed nodes. */
export type OrphanPolicy = 'refuse' | 'reattach' | 'detach' | 'remove';

export interface FsckReport {
  readonly ok: boolean;
  readonly problems: readonly (StoreProblem & { readonly models: readonly string[] })[];
  readonly checkedChunks: number;
  readonly checkedModels: number;
}

/** An entry of the history view. */
export interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly title: string;
  readonly nodes: readonly NodeId[];
  /** Whether it is now taken back. */
  readonly undone: boolean;
}

export interface PendingImportView {
  readonly id: ImportId;
  readonly startedAt: number;
  readonly paths: readonly string[];
  /** Whether the files can be read again without dropping them. */
  readonly resumable: boolean;
}

/** A connection a person makes or changes. */
export interface EdgeOrder {
  readonly kind: EdgeKind;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly role?: ProvenanceRole;
  readonly grade?: EdgeGrade;
}

/** The layer graph with the node's tensor names, for the inspector. */
export interface ArchitectureView {
  readonly architecture: Architecture;
  readonly tensorNames: readonly string[];
  readonly tensorShapes: readonly (readonly number[])[];
}

/** What a listener is told of: the graph (by this tab or another), or results of tests alone (by this one). */
export type Changed = 'lineage' | 'results';

/** State of the store as the first screen needs it. */
export interface StartState {
  readonly is: 'ready' | 'evicted';
  /** For `evicted`: how many models a second record says there were. */
  readonly expectedModels: number;
}
