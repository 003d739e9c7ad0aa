import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';

/** Bytes of chunks kept at hand: those of a tensor are asked for by each of its chunks. */
const keptBytes = 48 * 1024 * 1024;

/** Chunks on their way to the store. */
export interface ChunksOnTheWay {
  has(chunk: ChunkId): boolean;
  /** The bytes of one that was handed over lately, not to be written to. */
  recent(chunk: ChunkId): Uint8Array | undefined;
  /** Resolves when all that were handed over can be read from the store. */
  settle(): Promise<void>;
}

/** Reads chunks of the store for comparing; those that cannot be read are left out. */
export class StoredChunks {
  readonly #content: ContentStore;
  readonly #onTheWay: ChunksOnTheWay;
  readonly #kept = new Map<ChunkId, Uint8Array>();
  #held = 0;

  constructor(content: ContentStore, onTheWay: ChunksOnTheWay) {
    this.#content = content;
    this.#onTheWay = onTheWay;
  }

  /** Undefined for a chunk that is not stored, or bad: it is no base then. */
  readonly read = async (chunk: ChunkId): Promise<Uint8Array | undefined> => {
    const known = this.#onTheWay.recent(chunk) ?? this.#kept.get(chunk);
    if (known !== undefined) return known;
    try {
      if (this.#onTheWay.has(chunk)) await this.#onTheWay.settle();
      const bytes = await this.#content.read(chunk);
      this.#keep(chunk, bytes);
      return bytes;
    } catch (error) {
      if (isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown', 'codec-invalid'))
        return undefined;
      throw error;
    }
  };

  #keep(chunk: ChunkId, bytes: Uint8Array): void {
    this.#kept.set(chunk, bytes);
    this.#held += bytes.length;
    for (const [oldest, old] of this.#kept) {
      if (this.#held <= keptBytes) break;
      this.#kept.delete(oldest);
      this.#held -= old.length;
    }
  }
}
