import { Deflate, Inflate } from 'pako';
import type { ZStream } from 'pako';
import { LineageError } from '../core/lineageError.ts';

/** Output of the inflater comes in pieces of this size, so a limit is overrun by no more. */
const pieceBytes = 65536;

/**
 * Compresses with raw deflate (no header, no checksum).
 *
 * Deterministic for one version of the library, but not an identity: never hash the result.
 * Source: RFC 1951.
 *
 * @param level - 1 (fast) to 9 (small).
 * @returns bytes owned by the caller.
 */
export function deflateRaw(bytes: Uint8Array, level = 6): Uint8Array<ArrayBuffer> {
  const deflate = new Deflate({ raw: true, level, chunkSize: pieceBytes });
  if (!deflate.push(bytes, true)) throw new Error(`deflate failed: ${deflate.msg}`);
  return deflate.result;
}

/** How `inflateRaw` is bounded. */
export interface InflateLimits {
  /** The most bytes the output may have; one more is an error, found before it is kept. */
  readonly limitBytes: number;
  /** Whether `bytes` may go on after the end of the stream; refused unless true. */
  readonly trailing?: boolean;
}

/**
 * Decompresses one raw deflate stream, counting the output while it is made.
 *
 * Memory stays below `limitBytes` + 64 KiB whatever the stream claims. Source: RFC 1951.
 *
 * @returns bytes owned by the caller.
 * @throws LineageError `codec-invalid`: damaged, cut off, over the limit, or followed by other bytes.
 */
export function inflateRaw(bytes: Uint8Array, limits: InflateLimits): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const inflater = rawInflater(limits.limitBytes, (piece) => pieces.push(piece));
  const used = inflater.push(bytes);
  inflater.end();
  if (used < bytes.length && limits.trailing !== true)
    throw invalid(`${bytes.length - used} bytes follow the end of the stream`);
  return concatenate(pieces);
}

/** A raw deflate stream that is decompressed piece by piece. */
export interface RawInflater {
  /**
   * Takes the next compressed bytes and gives how many of them belong to the stream: all, until the
   * stream has ended. The bytes are not kept after the call.
   *
   * @throws LineageError `codec-invalid`: damaged or over the limit.
   */
  push(bytes: Uint8Array): number;
  /** Whether the last block of the stream has been read. */
  ended(): boolean;
  /** @throws LineageError `codec-invalid` when the stream has not ended. */
  end(): void;
}

/**
 * Opens a raw deflate stream for decompression in bounded memory.
 *
 * Source: RFC 1951.
 *
 * @param limitBytes - the most bytes the whole output may have.
 * @param onOutput - gets the output in pieces of at most 64 KiB, and owns them.
 */
export function rawInflater(
  limitBytes: number,
  onOutput: (piece: Uint8Array<ArrayBuffer>) => void,
): RawInflater {
  const inflate = new Inflate({ raw: true, chunkSize: pieceBytes });
  let stream: ZStream | undefined;
  let outputBytes = 0;
  inflate.onStart = (started) => {
    stream = started;
  };
  inflate.onData = (piece) => {
    outputBytes += piece.length;
    if (outputBytes > limitBytes) throw invalid(`it unpacks to more than ${limitBytes} bytes`);
    onOutput(piece);
  };
  return {
    push(bytes) {
      if (inflate.ended) return 0;
      inflate.push(bytes);
      if (inflate.err !== 0) throw invalid(inflate.msg);
      return bytes.length - (stream?.avail_in ?? 0);
    },
    ended: () => inflate.ended,
    end() {
      if (!inflate.ended) throw invalid('the stream is cut off');
    },
  };
}

function invalid(reason: string): LineageError<'codec-invalid'> {
  return new LineageError('codec-invalid', { codec: 'deflate', reason });
}

function concatenate(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  // A lone piece may be a view of the 64 KiB buffer; a copy frees the rest of it.
  if (pieces.length === 1 && only !== undefined) return only.slice();
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
