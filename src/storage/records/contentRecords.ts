import { canonicalBytes } from '../../core/canonical.ts';
import type { SkeletonId, SnapshotId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { ContentStore, DerivedKind } from '../../core/ports/contentStore.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { Manifest, Skeleton } from '../../core/snapshot.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import { decodeDerived, encodeDerived } from './derivedValue.ts';
import { recordTables } from './recordTables.ts';

export type ContentRecords = Pick<
  ContentStore,
  'putSkeleton' | 'skeleton' | 'putManifest' | 'manifest' | 'putDerived' | 'derived'
>;

/**
 * Skeletons and manifests under the hash of their canonical encoding, and what is derived of them.
 * Putting one again mends a damaged copy.
 */
export function contentRecords(database: RecordDatabase, hasher: Hasher): ContentRecords {
  const records = recordTables(database);

  async function putHashed(table: 'skeletons' | 'manifests', value: unknown): Promise<string> {
    const bytes = canonicalBytes(value);
    const id = await hasher.sha256(bytes);
    await records.put(table, id, bytes);
    return id;
  }

  async function hashed(table: 'skeletons' | 'manifests', id: string): Promise<unknown> {
    const bytes = await records.get(table, id);
    if (bytes === undefined)
      throw new LineageError('snapshot-missing', { snapshot: id as SnapshotId });
    if ((await hasher.sha256(bytes)) !== id) {
      const reason = 'its bytes are not those of its id';
      throw new LineageError('record-corrupt', { table, key: id, reason });
    }
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  return {
    putSkeleton: async (skeleton) => (await putHashed('skeletons', skeleton)) as SkeletonId,
    skeleton: async (id) => (await hashed('skeletons', id)) as Skeleton,
    putManifest: async (manifest) => (await putHashed('manifests', manifest)) as SnapshotId,
    manifest: async (id) => (await hashed('manifests', id)) as Manifest,
    putDerived: (snapshot, kind, value) =>
      records.put('derived', derivedKey(snapshot, kind), encodeDerived(value)),
    async derived(snapshot, kind) {
      const bytes = await records.get('derived', derivedKey(snapshot, kind));
      return bytes === undefined ? undefined : decodeDerived(bytes);
    },
  };
}

function derivedKey(snapshot: SnapshotId, kind: DerivedKind): string {
  return `${snapshot}/${kind}`;
}
