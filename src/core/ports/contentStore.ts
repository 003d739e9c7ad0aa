import type { ChunkId, ImportId, SkeletonId, SnapshotId } from '../ids.ts';
import type { Manifest, Skeleton } from '../snapshot.ts';
import type { ChunkElement } from './chunkCodec.ts';
import type { Run } from './run.ts';

/** How a chunk is stored. */
export interface ChunkStorage {
  readonly chunk: ChunkId;
  /** Bytes of the chunk. */
  readonly rawBytes: number;
  /** Bytes it takes here, without its base. */
  readonly storedBytes: number;
  /** Name of the codec, `raw` included. */
  readonly codec: string;
  readonly base?: ChunkId;
  /** Deltas to follow until a chunk stored whole; 0 for a whole chunk. */
  readonly depth: number;
}

/** A chunk to be stored by an import. */
export interface NewChunk {
  readonly chunk: ChunkId;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of one element, 1, 2, 4 or 8, and whether a float: what a codec needs to know of the dtype. */
  readonly element: ChunkElement;
  /** Stored chunks it may resemble, best first; the store decides whether a delta pays. */
  readonly bases: readonly ChunkId[];
}

/** Chunks written by one import and not yet named by a node. They survive a crash until collected. */
export interface ImportSession {
  readonly id: ImportId;
  /**
   * Stores chunks that are not there yet. Takes over the buffers. Resolves when the bytes are
   * accepted; `flush` waits until they are in the database.
   *
   * @throws LineageError `quota-exceeded`.
   */
  put(chunks: readonly NewChunk[]): Promise<void>;
  flush(): Promise<void>;
  /** Removes every chunk this session wrote. */
  discard(): Promise<void>;
}

/**
 * Content-addressed bytes and the immutable records that name them. Everything is verified against
 * its id on read. Only the collector deletes.
 */
export interface ContentStore {
  /** Which of `chunks` are stored. */
  has(chunks: readonly ChunkId[]): Promise<boolean[]>;

  /**
   * The bytes of a chunk, decoded and verified; the caller owns them.
   *
   * @throws LineageError `chunk-missing`, `chunk-corrupt`, `codec-unknown`.
   */
  read(chunk: ChunkId): Promise<Uint8Array<ArrayBuffer>>;

  /** How chunks are stored; undefined for one that is not. */
  describe(chunks: readonly ChunkId[]): Promise<(ChunkStorage | undefined)[]>;

  /** Begins an import, or goes on with one that a crash or reload ended. */
  session(id: ImportId): Promise<ImportSession>;

  /** Stores a skeleton and gives its id; the id of an equal one is the same. */
  putSkeleton(skeleton: Skeleton): Promise<SkeletonId>;
  /** @throws LineageError `record-corrupt`, `snapshot-missing`. */
  skeleton(id: SkeletonId): Promise<Skeleton>;
  putManifest(manifest: Manifest): Promise<SnapshotId>;
  /** @throws LineageError `record-corrupt`, `snapshot-missing`. */
  manifest(id: SnapshotId): Promise<Manifest>;

  /** Values derived from a snapshot that can be made again: architecture, fingerprint. */
  putDerived(snapshot: SnapshotId, kind: DerivedKind, value: unknown): Promise<void>;
  derived(snapshot: SnapshotId, kind: DerivedKind): Promise<unknown>;

  /** Bytes that all stored chunks take, and would take raw. */
  totals(): Promise<StoreTotals>;

  /**
   * Deletes what neither `roots` nor a stored node nor a pending import needs; nothing while an
   * import runs in any tab. To be called under the writer lock, so that no commit comes between
   * finding the roots and sweeping.
   *
   * @param roots - snapshots to keep, of nodes and of operations kept for undo.
   */
  collect(roots: readonly SnapshotId[], run: Run): Promise<Collected>;

  /** Reads and verifies everything `roots` reach; lists what is wrong, and goes on. */
  verify(roots: readonly SnapshotId[], run: Run): Promise<StoreProblem[]>;
}

export type DerivedKind = 'architecture' | 'fingerprint' | 'statistics' | 'training' | 'tests';

export interface StoreTotals {
  readonly chunks: number;
  /** Sum of the chunks' raw sizes: what exact dedup alone would take. */
  readonly rawBytes: number;
  /** What the chunks take encoded. */
  readonly storedBytes: number;
  /** Skeletons, manifests, derived values and directories, as stored. */
  readonly recordBytes: number;
}

export interface Collected {
  readonly chunks: number;
  readonly bytes: number;
}

/** Something wrong in the store, with what it affects and what would mend it. */
export interface StoreProblem {
  readonly is:
    'chunk-missing' | 'chunk-corrupt' | 'record-missing' | 'record-corrupt' | 'codec-unknown';
  readonly key: string;
  /** Snapshots that cannot be read whole because of it. */
  readonly snapshots: readonly SnapshotId[];
  /** For people: what would mend it. */
  readonly remedy: string;
}
