import type { ChunkId, SkeletonId, SnapshotId } from '../../core/ids.ts';
import { isLineageError, type LineageError } from '../../core/lineageError.ts';
import type { Manifest } from '../../core/snapshot.ts';
import type { ContentRecords } from '../records/contentRecords.ts';

/** Everything that snapshots name, and what of it could not be read. */
export interface Reachable {
  readonly skeletons: ReadonlySet<SkeletonId>;
  /** Chunk → the snapshots that name it. */
  readonly chunks: ReadonlyMap<ChunkId, readonly SnapshotId[]>;
  readonly unreadable: readonly UnreadableRecord[];
}

export interface UnreadableRecord {
  readonly table: 'manifests' | 'skeletons';
  readonly key: string;
  readonly snapshots: readonly SnapshotId[];
  readonly error: LineageError<'record-corrupt' | 'snapshot-missing'>;
}

/**
 * Reads all manifests and skeletons under `roots`, and goes on after one that is bad.
 *
 * @param each - called before each snapshot, for progress and cancelling.
 */
export async function findReachable(
  records: ContentRecords,
  roots: readonly SnapshotId[],
  each: () => Promise<void> | void,
): Promise<Reachable> {
  const chunks = new Map<ChunkId, SnapshotId[]>();
  const bySkeleton = new Map<SkeletonId, SnapshotId[]>();
  const unreadable: UnreadableRecord[] = [];
  const name = (ids: readonly ChunkId[], snapshots: readonly SnapshotId[]) => {
    for (const id of new Set(ids)) chunks.set(id, [...(chunks.get(id) ?? []), ...snapshots]);
  };
  for (const root of new Set(roots)) {
    await each();
    const manifest = await readable(records.manifest(root), (error) =>
      unreadable.push({ table: 'manifests', key: root, snapshots: [root], error }),
    );
    if (manifest === undefined) continue;
    name(chunksOf(manifest), [root]);
    const { skeleton } = manifest;
    bySkeleton.set(skeleton, [...(bySkeleton.get(skeleton) ?? []), root]);
  }
  for (const [id, snapshots] of bySkeleton) {
    await each();
    const skeleton = await readable(records.skeleton(id), (error) =>
      unreadable.push({ table: 'skeletons', key: id, snapshots, error }),
    );
    if (skeleton !== undefined) name(skeleton.literals.chunks, snapshots);
  }
  return { skeletons: new Set(bySkeleton.keys()), chunks, unreadable };
}

function chunksOf(manifest: Manifest): ChunkId[] {
  return manifest.payloads.flatMap((payload) => payload.chunks);
}

async function readable<T>(
  reading: Promise<T>,
  onBad: (error: UnreadableRecord['error']) => void,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!isLineageError(error, 'record-corrupt', 'snapshot-missing')) throw error;
    onBad(error);
    return undefined;
  }
}
