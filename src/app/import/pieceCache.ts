import type { ChunkId } from '../../core/ids.ts';

/**
 * Chunks read while scanning, kept for the storing pass as far as a budget goes, so that ordinary
 * imports read their files once. Large imports read what did not fit a second time.
 */
export class PieceCache {
  readonly #budgetBytes: number;
  readonly #pieces = new Map<ChunkId, Uint8Array<ArrayBuffer>>();
  #heldBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Keeps `piece`, which the caller must not change afterwards, if there is room. */
  offer(chunk: ChunkId, piece: Uint8Array<ArrayBuffer>): void {
    if (this.#pieces.has(chunk) || this.#heldBytes + piece.byteLength > this.#budgetBytes) return;
    this.#pieces.set(chunk, piece);
    this.#heldBytes += piece.byteLength;
  }

  has(chunk: ChunkId): boolean {
    return this.#pieces.has(chunk);
  }

  /** The piece, which the caller then owns: the cache forgets it. */
  take(chunk: ChunkId): Uint8Array<ArrayBuffer> | undefined {
    const piece = this.#pieces.get(chunk);
    if (piece !== undefined) {
      this.#pieces.delete(chunk);
      this.#heldBytes -= piece.byteLength;
    }
    return piece;
  }
}
