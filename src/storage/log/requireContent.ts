import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { namedSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { Operation } from '../../core/lineage/operation.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import type { ContentRecords } from '../records/contentRecords.ts';

/** What was found stored, and the state of the store it was found in. */
export interface RequiredContent {
  readonly snapshots: ReadonlySet<SnapshotId>;
  readonly skeletons: ReadonlySet<string>;
  /** Packs that hold any chunk of these snapshots, or a base of one. */
  readonly packs: ReadonlySet<number>;
  /** Value of the counter `removals`: while it stands, everything found is still there. */
  readonly removals: number;
}

/** Snapshots that `operation` makes the graph name. */
export function snapshotsNamed(operation: Operation): Set<SnapshotId> {
  return new Set(
    operation.changes.flatMap((change) => {
      const before = new Set(namedSnapshots(change.of, change.before));
      return namedSnapshots(change.of, change.after).filter((snapshot) => !before.has(snapshot));
    }),
  );
}

/**
 * Makes sure that every snapshot is stored with its skeleton and all chunks.
 *
 * @throws LineageError `snapshot-missing`, `record-corrupt`, `chunk-missing`.
 */
export async function requireContent(
  records: ContentRecords,
  live: LiveIndex,
  snapshots: ReadonlySet<SnapshotId>,
): Promise<RequiredContent> {
  if (snapshots.size > 0) await live.refresh();
  const { removals } = live;
  const skeletons = new Set<string>();
  const packs = new Set<number>();
  for (const snapshot of snapshots) {
    const manifest = await records.manifest(snapshot);
    const payloads = [...manifest.payloads];
    if (!skeletons.has(manifest.skeleton)) {
      payloads.push((await records.skeleton(manifest.skeleton)).literals);
      skeletons.add(manifest.skeleton);
    }
    for (const { chunks } of payloads)
      for (const chunk of chunks) addPacks(live, chunk, snapshot, packs);
  }
  return { snapshots, skeletons, packs, removals };
}

function addPacks(live: LiveIndex, chunk: ChunkId, snapshot: SnapshotId, packs: Set<number>): void {
  const needed = live.index.needed(chunk);
  if (needed === undefined)
    throw new LineageError('chunk-missing', { chunk: missingOf(live, chunk), usedBy: [snapshot] });
  for (const one of needed) packs.add(live.index.place(one)?.pack ?? -1);
}

/** The first chunk that is not there, going down from `chunk`. */
function missingOf(live: LiveIndex, chunk: ChunkId): ChunkId {
  const seen = new Set<ChunkId>([chunk]);
  for (const one of seen) {
    const place = live.index.place(one);
    if (place === undefined) return one;
    for (const base of place.bases) seen.add(base);
  }
  return chunk;
}
