import type { Branch } from './branches/branch.ts';
import type { NodeId, SnapshotId } from './ids.ts';
import type { GraphData } from './lineage/graph.ts';
import type { ReportedError } from './views.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about working on one
 * lineage together.
 */

/** How a branch stands to the versions below its head. */
export type BranchStanding =
  /** Nothing is newer. */
  | { readonly is: 'head' }
  /** `by` newer versions, all of which end in `forward`: it can be moved there without losing anything. */
  | { readonly is: 'behind'; readonly by: number; readonly forward: NodeId }
  /** Newer versions end in several models, in the order in which they were added. */
  | { readonly is: 'forked'; readonly by: number; readonly heads: readonly NodeId[] };

/** A move of a branch's pointer, as the history has it. */
export interface BranchMove {
  /** ms since 1970. */
  readonly at: number;
  readonly title: string;
  readonly from?: NodeId;
  readonly to?: NodeId;
  readonly reason?: string;
}

/** A branch as the list shows it. */
export interface BranchView extends Branch {
  readonly standing: BranchStanding;
  /**
   * How the branch that another lineage has by this name (`theirs/…` here) stands to it: ahead of it, or
   * gone another way. Absent where there is none, or this one has all of it.
   */
  readonly other?: {
    readonly name: string;
    readonly head: NodeId;
    readonly is: 'ahead' | 'diverged';
  };
  /** What has become of it since it was added under this or another name, newest first. */
  readonly moves: readonly BranchMove[];
}

/** A file of the archive: where its bytes are, and its name, which is a key and never a path. */
export interface ArchivedFile {
  readonly entry: string;
  readonly name: string;
}

/** `lineage.json` of a lineage file: the graph, and where the content lies in the archive. */
export interface LineageFile extends GraphData {
  readonly format: 'mgit-lineage';
  readonly version: 1;
  /** ms since 1970. */
  readonly exportedAt: number;
  /** Of models and of data sets; a thin file leaves out what the other side has. */
  readonly content: readonly {
    readonly snapshot: SnapshotId;
    /** The main file first. */
    readonly files: readonly ArchivedFile[];
  }[];
}

/** What goes into a lineage file. */
export interface LineageExport {
  /** These models and all above them; every model where absent. */
  readonly models?: readonly NodeId[];
  /** Content that the receiver has and that is left out. */
  readonly thin?: readonly SnapshotId[];
}

/** A model of either lineage. */
export interface LineageMatch {
  readonly name: string;
  /** Its name there, where that is another. */
  readonly theirName?: string;
  readonly theirs?: NodeId;
  readonly ours?: NodeId;
  readonly snapshot: SnapshotId;
  /**
   * `shared`: same content; `ours`, `theirs`: only there; `forked`: only on one side too, and the other
   * side has revised the same model in another way.
   */
  readonly is: 'shared' | 'ours' | 'theirs' | 'forked';
  readonly sizeBytes: number;
  /** Of theirs: whether its bytes are in the file, or here. */
  readonly available: boolean;
  /** It was removed here: taken in only where what is new needs it, or a person says so. */
  readonly removed?: boolean;
  /** Of theirs: their ids of the models it comes from that are missing here; they come along. */
  readonly needs: readonly NodeId[];
}

/** A model that both sides have revised, each in its own way. */
export interface LineageFork {
  /** The common model, here. */
  readonly base: NodeId;
  /** The newest versions below it, on each side. */
  readonly ours: readonly NodeId[];
  readonly theirs: readonly NodeId[];
}

/** What two lineages share and what each adds. */
export interface LineageComparison {
  readonly matches: readonly LineageMatch[];
  readonly forks: readonly LineageFork[];
  readonly edges: { readonly shared: number; readonly ours: number; readonly theirs: number };
  /** Data sets and tests that the other lineage adds. */
  readonly datasets: readonly string[];
  readonly tests: readonly string[];
  /** By branch name: how theirs stands to ours. Their notes on other lineages' branches are left out. */
  readonly branches: readonly {
    readonly name: string;
    readonly is: 'same' | 'ours-ahead' | 'theirs-ahead' | 'diverged' | 'ours-only' | 'theirs-only';
    readonly ours?: NodeId;
    /** Their id. */
    readonly theirs?: NodeId;
    /** Of a diverged one: theirs is here already, as `theirs/…`. */
    readonly noted?: boolean;
  }[];
  /** Names of theirs that a model with other content has here: theirs gets a suffix. */
  readonly nameClashes: readonly string[];
  /** For people: "12 shared · 3 only there · 2 only here". */
  readonly summary: string;
}

export interface AdoptOptions {
  /** Their ids of the models to take in, with what they come from; all that is missing where absent. */
  readonly models?: readonly NodeId[];
}

/** What taking the other lineage in did. */
export interface AdoptReport {
  readonly added: readonly {
    readonly id: NodeId;
    readonly name: string;
    /** Its id and name there. */
    readonly theirs: NodeId;
    readonly theirName: string;
    /** It had been removed here and is needed again. */
    readonly restored: boolean;
  }[];
  readonly edges: number;
  readonly datasets: readonly string[];
  readonly tests: readonly string[];
  /** Branches that are new here, and that moved forward. */
  readonly branches: readonly string[];
  readonly forwarded: readonly string[];
  /** Branches that went another way, with the name that theirs has here: they want a merge. */
  readonly diverged: readonly { readonly name: string; readonly theirs: string }[];
  /** Pairs of models that want a merge, and what both come from. */
  readonly forks: readonly {
    readonly ours: NodeId;
    readonly theirs: NodeId;
    readonly base: NodeId;
  }[];
  /** Models, edges, data sets and tests that were not taken in. */
  readonly skipped: readonly {
    readonly name: string;
    readonly why: string;
    /** Where its files could not be read. */
    readonly error?: ReportedError;
  }[];
}
