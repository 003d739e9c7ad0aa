import type { ChunkId } from '../../core/ids.ts';
import type { ImportSession, NewChunk } from '../../core/ports/contentStore.ts';

/** Bytes handed to the store at once: many small chunks go together, large ones bound memory. */
const batchBytes = 8 * 1024 * 1024;
/** Bytes of chunks handed over last that stay at hand: what comes next may follow from them. */
const recentBytes = 48 * 1024 * 1024;

/** Hands chunks to a session in batches; the next batch fills while one is written. */
export class ChunkWriter {
  readonly #session: ImportSession;
  readonly #onWritten: (bytes: number) => void;
  readonly #added = new Set<ChunkId>();
  readonly #recent = new Map<ChunkId, Uint8Array>();
  #recentBytes = 0;
  #batch: NewChunk[] = [];
  #batchedBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param onWritten - hears of the bytes of each batch the store has accepted; may throw to stop. */
  constructor(session: ImportSession, onWritten: (bytes: number) => void) {
    this.#session = session;
    this.#onWritten = onWritten;
  }

  /** Whether the chunk was added before: it is written, or will be. */
  has(chunk: ChunkId): boolean {
    return this.#added.has(chunk);
  }

  /** The bytes of a chunk that was added lately. Not to be written to. */
  recent(chunk: ChunkId): Uint8Array | undefined {
    return this.#recent.get(chunk);
  }

  /** Takes over the chunk's buffer. @throws LineageError of an earlier batch. */
  async add(chunk: NewChunk): Promise<void> {
    this.#added.add(chunk.chunk);
    this.#remember(chunk);
    this.#batch.push(chunk);
    this.#batchedBytes += chunk.bytes.byteLength;
    if (this.#batchedBytes >= batchBytes) await this.#send();
  }

  /** Resolves when everything added is in the database; more may be added. */
  async settle(): Promise<void> {
    await this.#send();
    await this.#writing;
    await this.#session.flush();
  }

  /** As `settle`, when nothing more is added. */
  async finish(): Promise<void> {
    this.#recent.clear();
    await this.settle();
  }

  #remember({ chunk, bytes }: NewChunk): void {
    this.#recent.set(chunk, bytes);
    this.#recentBytes += bytes.length;
    for (const [oldest, old] of this.#recent) {
      if (this.#recentBytes <= recentBytes) break;
      this.#recent.delete(oldest);
      this.#recentBytes -= old.length;
    }
  }

  async #send(): Promise<void> {
    await this.#writing;
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    const bytes = this.#batchedBytes;
    this.#batch = [];
    this.#batchedBytes = 0;
    this.#writing = this.#session.put(batch).then(() => {
      this.#onWritten(bytes);
    });
    // Seen by the next `#send`; without this a failure would count as unhandled until then.
    this.#writing.catch(() => undefined);
  }
}
