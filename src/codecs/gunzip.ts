import { crc32 } from '../core/crc32.ts';
import { LineageError } from '../core/lineageError.ts';
import { rawInflater } from './rawDeflate.ts';

/** Whether bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/**
 * Unpacks a gzip file of one or more members, counting the output while it is made and checking each
 * member's length and checksum. Memory stays below twice `limitBytes` whatever the file claims.
 *
 * Source: RFC 1952.
 *
 * @returns bytes owned by the caller.
 * @throws LineageError `codec-invalid`: damaged, cut off, over the limit, followed by other bytes.
 */
export function gunzip(bytes: Uint8Array, limitBytes: number): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  let at = 0;
  do {
    at = skipHeader(bytes, at);
    let checksum = 0;
    let length = 0;
    const inflater = rawInflater(limitBytes - total, (piece) => {
      checksum = crc32(piece, checksum);
      length += piece.length;
      // Pieces may share a buffer of 64 KiB; they are copied once more when joined.
      pieces.push(piece);
    });
    at += inflater.push(bytes.subarray(at));
    inflater.end();
    if (at + 8 > bytes.length) throw invalid(at, 'the checksum at its end is cut off');
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
    if (view.getUint32(0, true) !== checksum) throw invalid(at, 'its checksum does not fit');
    if (view.getUint32(4, true) !== length % 2 ** 32) throw invalid(at, 'its length does not fit');
    total += length;
    at += 8;
  } while (at < bytes.length);
  return joined(pieces, total);
}

const hasHeaderCrc = 2;
const hasExtra = 4;
const hasName = 8;
const hasComment = 16;

/** Where the deflate stream of the member at `start` begins. */
function skipHeader(bytes: Uint8Array, start: number): number {
  if (!isGzip(bytes.subarray(start)))
    throw invalid(start, start === 0 ? 'it is no gzip file' : 'other bytes follow its end');
  const [, , , flags = 0] = bytes.subarray(start, start + 4);
  let at = start + 10;
  if (flags > 31) throw invalid(start + 3, 'its header has unknown flags');
  if ((flags & hasExtra) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  if ((flags & hasName) !== 0) at = afterZero(bytes, at);
  if ((flags & hasComment) !== 0) at = afterZero(bytes, at);
  if ((flags & hasHeaderCrc) !== 0) at += 2;
  if (at >= bytes.length) throw invalid(bytes.length, 'its header is cut off');
  return at;
}

function afterZero(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw invalid(at, 'its header is cut off');
  return end + 1;
}

function joined(pieces: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function invalid(at: number, reason: string): LineageError<'codec-invalid'> {
  return new LineageError('codec-invalid', { codec: 'gzip', reason: `${reason} (at byte ${at})` });
}
