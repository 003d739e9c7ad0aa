import type { ChunkId } from '../../core/ids.ts';
import type { Hasher } from '../../core/ports/hasher.ts';

/** Bytes being hashed at once: reading goes on meanwhile, memory stays bounded. */
const windowBytes = 16 * 1024 * 1024;

/** Hashes under way at once: each is a call to another thread, and many small ones queue there. */
const windowCount = 64;

/** Lets a bounded number of hashes run while the next pieces are read. */
export class HashWindow {
  readonly hasher: Hasher;
  readonly #running = new Set<Promise<unknown>>();
  #bytes = 0;

  constructor(hasher: Hasher) {
    this.hasher = hasher;
  }

  /** Waits until a piece of `bytes` may be started. */
  async room(bytes: number): Promise<void> {
    while (
      this.#running.size >= windowCount ||
      (this.#running.size > 0 && this.#bytes + bytes > windowBytes)
    )
      await Promise.race(this.#running);
  }

  /** Hashes `piece`, which nobody may change meanwhile. */
  start(piece: Uint8Array<ArrayBuffer>): Promise<ChunkId> {
    const { byteLength } = piece;
    const hash = this.hasher.sha256(piece).finally(() => {
      this.#running.delete(hash);
      this.#bytes -= byteLength;
    });
    this.#running.add(hash);
    this.#bytes += byteLength;
    return hash as Promise<ChunkId>;
  }
}
