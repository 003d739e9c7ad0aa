import { Deflate } from 'pako';

/** A raw deflate stream that is written piece by piece. */
export interface RawDeflater {
  /** Takes the next bytes; they are not kept after the call. */
  push(bytes: Uint8Array): void;
  /** Writes what is pending and ends the stream. */
  end(): void;
}

/**
 * Opens a raw deflate stream for compression in bounded memory.
 *
 * At levels 1 to 9 the output does not depend on how the input is cut into pieces.
 * Source: RFC 1951.
 *
 * @param level - 1 (fast) to 9 (small).
 * @param onOutput - gets the output in pieces of at most 64 KiB, and owns them.
 */
export function rawDeflater(
  level: number,
  onOutput: (piece: Uint8Array<ArrayBuffer>) => void,
): RawDeflater {
  const deflate = new Deflate({ raw: true, level, chunkSize: 65536 });
  deflate.onData = onOutput;
  const push = (bytes: Uint8Array, last: boolean): void => {
    if (!deflate.push(bytes, last)) throw new Error(`deflate failed: ${deflate.msg}`);
  };
  return {
    push: (bytes) => {
      push(bytes, false);
    },
    end: () => {
      push(new Uint8Array(0), true);
    },
  };
}
