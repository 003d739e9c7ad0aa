import type { AdoptReport, LineageFile } from '../branchViews.ts';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Change } from '../lineage/operation.ts';

/** What of another lineage is to be taken in. */
export interface Adoption {
  readonly file: LineageFile;
  /** By their id: models whose content is stored here now, as that shows them. */
  readonly models: ReadonlyMap<NodeId, ModelNode>;
  /** Snapshots of data sets that are stored here now. */
  readonly data: ReadonlySet<SnapshotId>;
  /** Whether the whole lineage is taken in, so that what joins shared models counts too. */
  readonly whole: boolean;
  readonly removed: ReadonlySet<NodeId>;
  readonly newId: () => string;
}

/** What the steps of an adoption share. */
export interface Adopting extends Adoption {
  /** The lineage as it will be, as far as it is made. */
  readonly trial: Lineage;
  /** Their id to ours, for every model that is here in the end. */
  readonly ids: ReadonlyMap<NodeId, NodeId>;
  /** Our ids of what is new. */
  readonly fresh: ReadonlySet<NodeId>;
  readonly changes: Change[];
  readonly skipped: AdoptReport['skipped'][number][];
}
