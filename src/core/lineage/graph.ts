import type { Branch } from '../branches/branch.ts';
import type { DatasetRecord } from '../data/dataset.ts';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';
import type { Outcome, Recipe } from '../recipe/recipe.ts';
import type { ProvenanceRole } from './provenanceRole.ts';
import type { FormatName } from '../snapshot.ts';

/** `provenance`: child was made from parent. `version`: new is the next revision of old. */
export type EdgeKind = 'provenance' | 'version';

/**
 * How sure an edge is. `declared`: a person or a recipe said so. `inferred`: found from content,
 * with evidence. `re-derived`: the recipe was replayed and gave the same.
 */
export type EdgeGrade = 'declared' | 'inferred' | 're-derived';

/** One fact behind an inferred edge, in words and figures for people. */
export interface Fact {
  /** E.g. "bytes in equal tensors". */
  readonly label: string;
  /** E.g. "91 % of 1.2 MB". */
  readonly value: string;
}

/** Why an inferred edge is there, and how sure. */
export interface Evidence {
  /** Which rule found it, one of the codes of docs/construction.md. */
  readonly rule: string;
  /** The relation it looks like: exported, finetuned, continued, quantised, pruned, … */
  readonly relation: string;
  /** That the two are related at all, 0 to 1. */
  readonly confidence: number;
  /** That `from` came first and not `to`; 0.5 is "cannot tell". */
  readonly direction: { readonly confidence: number; readonly because: string };
  readonly facts: readonly Fact[];
  /** The next best parent, and its confidence. */
  readonly runnerUp?: { readonly node: NodeId; readonly confidence: number };
}

/** A directed edge, parent → child or old → new. At most one of a kind joins two nodes. */
export interface Edge {
  readonly kind: EdgeKind;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly grade: EdgeGrade;
  readonly role?: ProvenanceRole;
  readonly evidence?: Evidence;
}

/** What the graph shows of a model without reading its content. */
export interface NodeSummary {
  readonly format: FormatName;
  readonly fileName: string;
  /** Bytes of the model's files. */
  readonly sizeBytes: number;
  readonly parameterCount: number;
  readonly tensorCount: number;
  /** Digest of the layer graph without names; equal for equal architectures. */
  readonly architecture: string;
  /** Most frequent layer classes, for people: "Conv ×21, Linear ×1". */
  readonly layers: string;
  /** Files' own modification time, ms since 1970, where known. */
  readonly modifiedAt?: number;
}

/** A model. Its content never changes: new content is a new node, joined by a version edge. */
export interface ModelNode {
  readonly id: NodeId;
  /** Unique in the graph. */
  readonly name: string;
  readonly snapshot: SnapshotId;
  readonly modelType?: string;
  readonly tags: readonly string[];
  readonly notes: string;
  /** When it was added, ms since 1970. */
  readonly createdAt: number;
  readonly summary: NodeSummary;
  /** How it was made here; absent for an imported model. */
  readonly recipe?: Recipe;
  /** What it scored when it was made. */
  readonly outcome?: Outcome;
}

/** A pair a person has said is not related by `kind`; it is not proposed again. Unordered. */
export interface Rejection {
  readonly kind: EdgeKind;
  readonly a: NodeId;
  readonly b: NodeId;
}

/** The whole graph as plain data, as it is stored and as it crosses a wire. */
export interface GraphData {
  readonly nodes: readonly ModelNode[];
  readonly edges: readonly Edge[];
  readonly rejections: readonly Rejection[];
  readonly datasets: readonly DatasetRecord[];
  readonly tests: readonly ModelTest[];
  readonly branches: readonly Branch[];
}
