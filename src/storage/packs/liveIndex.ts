import type { ChunkId } from '../../core/ids.ts';
import { isLineageError, type LineageError } from '../../core/lineageError.ts';
import { counter } from '../database/counters.ts';
import type { ReadTransaction, RecordDatabase } from '../database/recordDatabase.ts';
import { ChunkIndex, type ChunkPlace } from './chunkIndex.ts';

/** The state of the directories that an index was read from. */
interface Version {
  readonly store: string | undefined;
  /** See `Counter`. */
  readonly content: number;
  readonly removals: number;
}

/** The chunk index, kept up with what other tabs write. Read in at first use. */
export class LiveIndex {
  readonly #database: RecordDatabase;
  #version: Version | undefined;
  #index = new ChunkIndex();
  #damaged = new Map<number, LineageError>();
  #suspects = new Set<ChunkId>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(database: RecordDatabase) {
    this.#database = database;
  }

  get index(): ChunkIndex {
    return this.#index;
  }

  /** Value of the counter `content` at the last refresh. */
  get content(): number {
    return this.#version?.content ?? -1;
  }

  get removals(): number {
    return this.#version?.removals ?? -1;
  }

  /** Packs whose directories cannot be read; their chunks count as not stored. */
  get damaged(): ReadonlyMap<number, LineageError> {
    return this.#damaged;
  }

  /** Chunks whose stored form was found bad; putting one of them again replaces it. */
  get suspects(): ReadonlySet<ChunkId> {
    return this.#suspects;
  }

  /**
   * Whether the chunk is stored, and neither it nor anything it leans on is known to be bad. Putting one
   * that is not sound stores it anew, so one of several files is enough to mend what it needs.
   */
  isSound(chunk: ChunkId): boolean {
    if (this.#suspects.size === 0) return this.#index.chain(chunk) !== undefined;
    const needed = this.#index.needed(chunk);
    return needed !== undefined && !needed.some((one) => this.#suspects.has(one));
  }

  /** Where a chunk lies, if it is stored and sound. */
  sound(chunk: ChunkId): ChunkPlace | undefined {
    return this.isSound(chunk) ? this.#index.place(chunk) : undefined;
  }

  /** Brings the index up to the database; gives whether anything had changed. One small read if not. */
  refresh(): Promise<boolean> {
    const result = this.#queue.then(() => this.#refresh());
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Adds packs this tab has just written, if nothing else has changed since `content`. */
  added(content: number, packs: readonly (readonly [number, Uint8Array])[]): void {
    if (this.#version?.content !== content) return;
    for (const [pack, directory] of packs) this.#index.addPack(pack, directory);
    this.#version = { ...this.#version, content: content + 1 };
  }

  async #refresh(): Promise<boolean> {
    const before = this.#version;
    const tables = ['counters', 'names', 'directories', 'suspects'] as const;
    return this.#database.read(tables, async (tx) => {
      const version = await readVersion(tx);
      if (before?.content === version.content && before.store === version.store) return false;
      const grewOnly = before?.removals === version.removals && before.store === version.store;
      if (grewOnly) await this.#addNew(tx);
      else await this.#readAll(tx);
      this.#version = version;
      return true;
    });
  }

  async #addNew(tx: ReadTransaction): Promise<void> {
    const keys = await tx.keys('directories');
    const fresh = keys.filter((pack) => !this.#index.packs.has(pack) && !this.#damaged.has(pack));
    const directories = await Promise.all(fresh.map((pack) => tx.get('directories', pack)));
    for (const [at, pack] of fresh.entries()) this.#add(pack, directories[at]);
  }

  async #readAll(tx: ReadTransaction): Promise<void> {
    const [entries, suspects] = await Promise.all([tx.entries('directories'), tx.keys('suspects')]);
    this.#index = new ChunkIndex();
    this.#damaged = new Map();
    this.#suspects = new Set(suspects as ChunkId[]);
    for (const [pack, directory] of entries) this.#add(pack, directory);
  }

  #add(pack: number, directory: Uint8Array | undefined): void {
    if (directory === undefined) return;
    try {
      this.#index.addPack(pack, directory);
    } catch (error) {
      if (!isLineageError(error, 'record-corrupt')) throw error;
      // Kept for `verify` to tell; the rest of the store stays usable.
      this.#damaged.set(pack, error);
    }
  }
}

async function readVersion(tx: ReadTransaction): Promise<Version> {
  const [store, content, removals] = await Promise.all([
    tx.get('names', 'store'),
    counter(tx, 'content'),
    counter(tx, 'removals'),
  ]);
  return { store, content, removals };
}
