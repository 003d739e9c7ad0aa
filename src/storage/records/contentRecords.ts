import { canonicalBytes } from '../../core/canonical.ts';
import type { SkeletonId, SnapshotId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ContentStore, DerivedKind } from '../../core/ports/contentStore.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { Manifest, Skeleton } from '../../core/snapshot.ts';
import { raise } from '../database/counters.ts';
import type { RecordDatabase, WriteTransaction } from '../database/recordDatabase.ts';
import { equalBytes } from '../packs/equalBytes.ts';
import { decodeDerived, encodeDerived } from './derivedValue.ts';
import { packBytesOf, unpackBytes } from './packedText.ts';

type RecordTable = 'skeletons' | 'manifests' | 'derived';

export type ContentRecords = Pick<
  ContentStore,
  'putSkeleton' | 'skeleton' | 'putManifest' | 'manifest' | 'putDerived' | 'derived'
>;

/**
 * Skeletons and manifests under the hash of their canonical encoding, and what is derived of them.
 * Putting one again mends a damaged copy.
 */
export function contentRecords(database: RecordDatabase, hasher: Hasher): ContentRecords {
  async function putHashed(table: 'skeletons' | 'manifests', value: unknown): Promise<string> {
    const bytes = canonicalBytes(value);
    const id = await hasher.sha256(bytes);
    const stored = await database.read([table], (tx) => tx.get(table, id));
    if (stored !== undefined && isWhole(stored, bytes)) return id;
    await putRecord(database, table, id, packBytesOf(bytes));
    return id;
  }

  async function hashed(table: 'skeletons' | 'manifests', id: string): Promise<unknown> {
    const stored = await database.read([table], (tx) => tx.get(table, id));
    if (stored === undefined)
      throw new LineageError('snapshot-missing', { snapshot: id as SnapshotId });
    const bytes = unpacked(table, id, stored);
    if ((await hasher.sha256(bytes)) !== id)
      throw corrupt(table, id, 'its bytes are not those of its id');
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  return {
    putSkeleton: async (skeleton) => (await putHashed('skeletons', skeleton)) as SkeletonId,
    skeleton: async (id) => (await hashed('skeletons', id)) as Skeleton,
    putManifest: async (manifest) => (await putHashed('manifests', manifest)) as SnapshotId,
    manifest: async (id) => (await hashed('manifests', id)) as Manifest,
    putDerived: (snapshot, kind, value) =>
      putRecord(database, 'derived', derivedKey(snapshot, kind), encodeDerived(value)),
    async derived(snapshot, kind) {
      const key = derivedKey(snapshot, kind);
      const stored = await database.read(['derived'], (tx) => tx.get('derived', key));
      return stored === undefined ? undefined : decodeDerived(key, stored);
    },
  };
}

function derivedKey(snapshot: SnapshotId, kind: DerivedKind): string {
  return `${snapshot}/${kind}`;
}

function putRecord(
  database: RecordDatabase,
  table: RecordTable,
  key: string,
  value: Uint8Array<ArrayBuffer>,
): Promise<void> {
  return database.write([table, 'counters'], 'relaxed', async (tx) => {
    const before = await tx.get(table, key);
    tx.put(table, key, value);
    await raise(tx, 'recordBytes', value.length - (before?.length ?? 0));
  });
}

/** Removes a record, if it is there. The transaction spans its table and `counters`. */
export async function removeRecord(
  tx: WriteTransaction,
  table: RecordTable,
  key: string,
): Promise<void> {
  const before = await tx.get(table, key);
  if (before === undefined) return;
  tx.delete(table, key);
  await raise(tx, 'recordBytes', -before.length);
}

function isWhole(stored: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return equalBytes(unpackBytes(stored), bytes);
  } catch (error) {
    if (isLineageError(error, 'codec-invalid')) return false;
    throw error;
  }
}

function unpacked(table: string, id: string, stored: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return unpackBytes(stored);
  } catch (error) {
    if (isLineageError(error, 'codec-invalid')) throw corrupt(table, id, error.data.reason, error);
    throw error;
  }
}

function corrupt(table: string, key: string, reason: string, cause?: Error): LineageError {
  const options = cause === undefined ? {} : { cause };
  return new LineageError('record-corrupt', { table, key, reason }, options);
}
