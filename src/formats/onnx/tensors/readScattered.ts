import type { ByteSource } from '../../../core/ports/modelFormats.ts';
import { unwatched } from '../../../core/ports/run.ts';
import { chunkBytes } from '../../../core/snapshot.ts';
import { inPiecesOf } from '../../segments/pieces.ts';
import { maxVarintBytes, varintElementBytes } from '../../segments/varint.ts';
import type { Failure } from '../wire/failure.ts';
import type { WireCursor } from '../wire/wireCursor.ts';
import { wireCursor } from '../wire/wireCursor.ts';
import type { ScatteredPlace } from './place.ts';

/** Bytes of values that are gathered before they are passed on. */
const gatheredBytes = 1 << 16;

/**
 * The values of a repeated field that is no single run, in pieces of exactly `chunkBytes` but the
 * last. The caller owns the pieces.
 *
 * @throws LineageError `format-invalid`, `file-unreadable`, if the file changed since it was parsed.
 */
export function readScattered(
  source: ByteSource,
  place: ScatteredPlace,
  failure: Failure,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  return inPiecesOf(chunkBytes, values(source, place, failure));
}

async function* values(
  source: ByteSource,
  place: ScatteredPlace,
  failure: Failure,
): AsyncGenerator<Uint8Array> {
  const cursor = wireCursor(source, place.start, failure, unwatched);
  const out = gathering(cursor, place);
  while (cursor.at() < place.end) {
    await bring(cursor, 2 * maxVarintBytes, place.end);
    const key = cursor.varint(place.end);
    const matches = Math.floor(key / 8) === place.field;
    const runEnd = endOfField(cursor, key % 8, place.end);
    if (!matches) cursor.skipTo(runEnd);
    while (cursor.at() < runEnd) {
      await bring(cursor, maxVarintBytes, runEnd);
      out.takeOne(runEnd);
      if (out.full()) yield out.flush();
    }
  }
  yield out.flush();
}

/** Where the values of the field at the cursor end; a length is read. */
function endOfField(cursor: WireCursor, wireType: number, end: number): number {
  if (wireType === 2) {
    const sizeBytes = cursor.varint(end);
    return Math.min(cursor.at() + sizeBytes, end);
  }
  if (wireType === 0) {
    const at = cursor.at();
    cursor.varint(end);
    const after = cursor.at();
    cursor.skipTo(at);
    return after;
  }
  return Math.min(cursor.at() + (wireType === 1 ? 8 : 4), end);
}

async function bring(cursor: WireCursor, sizeBytes: number, end: number): Promise<void> {
  if (!cursor.holds(Math.min(sizeBytes, end - cursor.at()))) await cursor.load(sizeBytes);
}

/** Gathers values, one at a time, into little-endian elements. */
function gathering(cursor: WireCursor, { encoding }: ScatteredPlace) {
  const bytes = encoding.is === 'raw' ? 4 : varintElementBytes(encoding);
  const out = new DataView(new ArrayBuffer(gatheredBytes));
  let filled = 0;
  return {
    takeOne(end: number): void {
      if (encoding.is === 'raw') {
        // Floats, doubles and complex numbers alike are moved as words of four bytes.
        const word = cursor.take(4);
        new Uint8Array(out.buffer).set(word, filled);
      } else {
        cursor.varint(end);
        const { low, high } = cursor.last;
        if (bytes === 1) out.setUint8(filled, low & 255);
        else if (bytes === 2) out.setUint16(filled, low & 65535, true);
        else out.setUint32(filled, low, true);
        if (bytes === 8) out.setUint32(filled + 4, high, true);
      }
      filled += bytes;
    },
    full: () => filled === gatheredBytes,
    flush(): Uint8Array {
      const gathered = new Uint8Array(out.buffer.slice(0, filled));
      filled = 0;
      return gathered;
    },
  };
}
