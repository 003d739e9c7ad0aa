import type { NodeId, SnapshotId } from './ids.ts';
import type { Edge, ModelNode } from './lineage/graph.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about working on one
 * lineage together.
 */

/** A lineage as a file: its graph, without content. */
export interface LineageFile {
  readonly format: 'mgit-lineage';
  readonly version: 1;
  readonly exportedAt: number;
  readonly nodes: readonly (ModelNode & {
    /** Paths of its files in the archive; none in a thin one. */
    readonly files: readonly string[];
  })[];
  readonly edges: readonly Edge[];
  readonly branches: readonly { readonly name: string; readonly head: NodeId }[];
}

/** A model of the other lineage, beside ours. */
export interface LineageMatch {
  readonly name: string;
  readonly theirs?: NodeId;
  readonly ours?: NodeId;
  readonly snapshot: SnapshotId;
  /**
   * `shared`: same content; `ours`, `theirs`: only there; `forked`: both revised the same model, in
   * other ways.
   */
  readonly is: 'shared' | 'ours' | 'theirs' | 'forked';
  /** For `forked`: the common model, and the other side's newest. */
  readonly base?: SnapshotId;
  /** Whether its bytes are in the file, or here. */
  readonly available: boolean;
}

/** What two lineages share and what each adds. */
export interface LineageComparison {
  readonly matches: readonly LineageMatch[];
  readonly edges: { readonly shared: number; readonly ours: number; readonly theirs: number };
  /** By branch name: how theirs stands to ours. */
  readonly branches: readonly {
    readonly name: string;
    readonly is: 'same' | 'ours-ahead' | 'theirs-ahead' | 'diverged' | 'ours-only' | 'theirs-only';
    readonly ours?: NodeId;
    readonly theirs?: NodeId;
  }[];
  /** Models of one name with other content: theirs gets a suffix. */
  readonly nameClashes: readonly string[];
  readonly summary: string;
}

/** What taking the other lineage in did. */
export interface AdoptReport {
  readonly added: readonly { readonly id: NodeId; readonly name: string }[];
  readonly edges: number;
  /** Branches that moved forward. */
  readonly forwarded: readonly string[];
  /** Pairs of heads that want a merge. */
  readonly forks: readonly { readonly ours: NodeId; readonly theirs: NodeId; readonly base?: NodeId }[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
} // prettier-ignore
