import { LineageError } from '../../core/lineageError.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { FormatName, PayloadEncoding } from '../../core/snapshot.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import { rawInflater } from '../../codecs/rawDeflate.ts';
import type { VarintEncoding } from './varint.ts';
import { varintDecoder, varintElementBytes } from './varint.ts';
import { inPiecesOf } from './pieces.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** A payload as one run of bytes in a file. Sizes and offsets in bytes. */
export interface StoredPayload {
  readonly source: ByteSource;
  readonly format: FormatName;
  readonly offset: number;
  /** Bytes it takes in the file. */
  readonly storedBytes: number;
  readonly encoding: PayloadEncoding;
  /** Bytes it has once decoded. */
  readonly decodedBytes: number;
}

/** Bytes of the file that are read at once where they are decoded. */
const windowBytes = 1 << 20;

/**
 * The decoded bytes of a payload in pieces of exactly `chunkBytes` but the last; none for an empty
 * one. Reads slices of at most 4 MiB and holds two of them at most. The caller owns the pieces.
 *
 * @throws LineageError `format-invalid` if the stored bytes do not decode to `decodedBytes`.
 * @throws LineageError `file-unreadable`.
 */
export function readPayload(stored: StoredPayload): AsyncGenerator<Piece> {
  switch (stored.encoding.is) {
    case 'raw':
      return readRaw(stored);
    case 'varint':
      return readDecoded(stored, readVarints(stored, stored.encoding));
    case 'deflate':
      return readDecoded(stored, readDeflate(stored));
  }
}

async function* readRaw(stored: StoredPayload): AsyncGenerator<Piece> {
  if (stored.storedBytes !== stored.decodedBytes) throw sizeError(stored, stored.storedBytes);
  yield* slices(stored, chunkBytes);
}

/** Slices of the stored bytes, each of `sizeBytes` but the last. */
async function* slices(stored: StoredPayload, sizeBytes: number): AsyncGenerator<Piece> {
  for (let at = 0; at < stored.storedBytes; at += sizeBytes)
    yield await stored.source.read(
      stored.offset + at,
      Math.min(sizeBytes, stored.storedBytes - at),
    );
}

async function* readDecoded(
  stored: StoredPayload,
  decoded: AsyncIterable<Uint8Array>,
): AsyncGenerator<Piece> {
  let bytes = 0;
  for await (const piece of inPiecesOf(chunkBytes, decoded)) {
    bytes += piece.length;
    if (bytes > stored.decodedBytes) throw sizeError(stored, bytes);
    yield piece;
  }
  if (bytes !== stored.decodedBytes) throw sizeError(stored, bytes);
}

async function* readVarints(
  stored: StoredPayload,
  encoding: VarintEncoding,
): AsyncGenerator<Uint8Array> {
  const bytes = varintElementBytes(encoding);
  const decoder = varintDecoder(() => invalid(stored, 'an integer has more than 64 bits'));
  for await (const piece of slices(stored, windowBytes)) {
    // Each byte ends at most one varint, so there are at most as many elements as bytes, plus none.
    const out = new DataView(new ArrayBuffer(piece.length * bytes));
    let end = 0;
    decoder.push(piece, (low, high) => {
      if (bytes === 1) out.setUint8(end, low);
      else if (bytes === 2) out.setUint16(end, low, true);
      else out.setUint32(end, low, true);
      if (bytes === 8) out.setUint32(end + 4, high, true);
      end += bytes;
    });
    yield new Uint8Array(out.buffer, 0, end);
  }
  if (!decoder.whole()) throw invalid(stored, 'its last integer is cut off');
}

async function* readDeflate(stored: StoredPayload): AsyncGenerator<Uint8Array> {
  const pending: Piece[] = [];
  const inflater = rawInflater(stored.decodedBytes, (piece) => pending.push(piece));
  try {
    for await (const piece of slices(stored, windowBytes)) {
      // One window may unpack to a thousand times its size, so it is fed in small steps.
      for (let at = 0; at < piece.length; at += 4096) {
        inflater.push(piece.subarray(at, at + 4096));
        yield* pending.splice(0);
      }
    }
    inflater.end();
  } catch (cause) {
    if (cause instanceof LineageError && cause.code === 'codec-invalid')
      throw invalid(stored, 'its compressed bytes are damaged', cause);
    throw cause;
  }
  yield* pending.splice(0);
}

function sizeError(stored: StoredPayload, found: number): LineageError {
  return invalid(
    stored,
    `a tensor should have ${stored.decodedBytes} bytes here, and ${found} or more were found`,
  );
}

function invalid(stored: StoredPayload, reason: string, cause?: unknown): LineageError {
  const { source, format, offset } = stored;
  const data = { file: source.path, format, at: offset, reason };
  return new LineageError('format-invalid', data, cause === undefined ? {} : { cause });
}
