import type { ChunkId } from '../../core/ids.ts';
import { heldBytes, isFull, type PackDraft, type WaitingChunk } from './packDraft.ts';

/** Bytes of packs written in one transaction: a put alone costs a transaction's overhead. */
const batchBytes = 16 * 1024 * 1024;

/** Most bytes held and not yet written; `add` waits beyond. */
const waitingBytes = 48 * 1024 * 1024;

/** Gathers chunks into packs and writes them in batches, one batch after the other. */
export interface PackQueue {
  /** Chunks not yet in the database. */
  readonly waiting: ReadonlyMap<ChunkId, WaitingChunk>;
  /** Resolves when there is room for the next chunk. */
  add(chunk: WaitingChunk): Promise<void>;
  /** Resolves when everything added is written, or writing has failed. */
  flush(): Promise<void>;
  /** Resolves when the batches under way are written, or writing has failed. */
  settled(): Promise<void>;
  /** @throws what writing failed with; everything after that is dropped. */
  check(): void;
}

export function packQueue(write: (batch: readonly PackDraft[]) => Promise<void>): PackQueue {
  const waiting = new Map<ChunkId, WaitingChunk>();
  let draft: PackDraft = { chunks: [], storedBytes: 0 };
  let full: PackDraft[] = [];
  let held = 0;
  let writing: Promise<void> = Promise.resolve();
  let failure: Error | undefined;

  async function writeBatch(batch: readonly PackDraft[]): Promise<void> {
    try {
      if (failure === undefined) await write(batch);
    } catch (error) {
      failure = error instanceof Error ? error : new Error('writing failed', { cause: error });
    }
    for (const chunk of batch.flatMap(({ chunks }) => chunks)) {
      waiting.delete(chunk.chunk);
      held -= heldBytes(chunk);
    }
  }

  function start(): void {
    const batch = draft.chunks.length > 0 ? [...full, draft] : full;
    draft = { chunks: [], storedBytes: 0 };
    full = [];
    if (batch.length > 0) writing = writing.then(() => writeBatch(batch));
  }

  return {
    waiting,
    async add(chunk) {
      waiting.set(chunk.chunk, chunk);
      held += heldBytes(chunk);
      draft.chunks.push(chunk);
      draft.storedBytes += chunk.encoded.bytes.byteLength;
      if (isFull(draft)) {
        full.push(draft);
        draft = { chunks: [], storedBytes: 0 };
        if (full.reduce((sum, { storedBytes }) => sum + storedBytes, 0) >= batchBytes) start();
      }
      if (held <= waitingBytes) return;
      start();
      await writing;
    },
    flush() {
      start();
      return writing;
    },
    settled: () => writing,
    check() {
      if (failure !== undefined) throw failure;
    },
  };
}
