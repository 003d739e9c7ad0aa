import type { ChunkId, ImportId, SkeletonId, SnapshotId } from '../ids.ts';
import type { Manifest, Skeleton } from '../snapshot.ts';
import type { Derivation } from '../delta/derivation.ts';
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
  /** The chunks it leans on directly; none for one stored whole. */
  readonly bases: readonly ChunkId[];
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
  /** How it may follow from stored chunks, each with those it names; tried beside the bases. */
  readonly derivations?: readonly ChunkDerivation[];
}

/** A derivation with its bases, by id, in the order in which it counts them. */
export interface ChunkDerivation {
  readonly derivation: Derivation;
  readonly bases: readonly ChunkId[];
}

/** A stored chunk to be written in another form. */
export interface RepackOrder {
  readonly chunk: ChunkId;
  readonly element: ChunkElement;
  /** To try; none to have it stored without a base. All other ways of storing it are tried too. */
  readonly bases: readonly ChunkId[];
  readonly derivations?: readonly ChunkDerivation[];
  /** Takes the new form though it is larger: to shorten a chain. */
  readonly even?: 'larger';
}

export interface Repacked {
  /** Chunks whose stored form changed. */
  readonly chunks: number;
  /** Their stored bytes before and after. */
  readonly before: number;
  readonly after: number;
  /** Packs written and packs that are gone. */
  readonly packsWritten: number;
  readonly packsRemoved: number;
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

  /**
   * Writes stored chunks in other forms, and packs that are less than half full together. Each
   * batch is one transaction: after a crash every chunk is stored, in the old form or the new.
   * What would make a chunk lean on itself, or a chain longer or dearer to read than the bounds
   * allow (its own or one that leans on it), is left as it is; so are chunks that cannot be read and
   * those that a pending import wrote. To be called under the writer lock. When `run` is cancelled it
   * leaves off and resolves, with what was done so far kept and counted.
   *
   * @throws LineageError `quota-exceeded`: what was written before stays.
   */
  repack(orders: readonly RepackOrder[], run: Run): Promise<Repacked>;

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
