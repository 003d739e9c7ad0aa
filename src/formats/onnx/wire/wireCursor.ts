import type { ByteSource } from '../../../core/ports/modelFormats.ts';
import type { Run } from '../../../core/ports/run.ts';
import { maxVarintBytes } from '../../segments/varint.ts';
import { limits } from '../limits.ts';
import type { Failure } from './failure.ts';
import type { RepeatedNumbers } from './repeatedNumbers.ts';
import { noteVarint } from './repeatedNumbers.ts';
import { openWindow } from './window.ts';

/** The last varint read: its 64 bits, its last byte and how many bytes it took. */
export interface LastVarint {
  low: number;
  high: number;
  lastByte: number;
  sizeBytes: number;
}

/** A place in a file from which protobuf's primitives are read. Offsets in bytes of the file. */
export interface WireCursor {
  readonly last: Readonly<LastVarint>;
  at(): number;
  /** Whether the next `sizeBytes` are in the window. */
  holds(sizeBytes: number): boolean;
  /** Brings the next `sizeBytes` (or up to the file's end) into the window. */
  load(sizeBytes: number): Promise<void>;
  skipTo(offset: number): void;
  /** The next bytes; a view of the window, valid until the next load. */
  take(sizeBytes: number): Uint8Array;
  /** The next varint as an unsigned number, rounded beyond 2^53; it must end before `end`. */
  varint(end: number): number;
  /** The last varint as a signed 64-bit number, rounded beyond 2^53. */
  signedValue(): number;
  /** The next four bytes, without moving on. */
  float32(): number;
  /** Where in the file the window ends. */
  windowEnd(): number;
}

/** A cursor at byte `start` of `source`. */
export function wireCursor(
  source: ByteSource,
  start: number,
  failure: Failure,
  run: Run,
): WireCursor {
  const { window, load: loadWindow } = openWindow(source, run);
  const last: LastVarint = { low: 0, high: 0, lastByte: 0, sizeBytes: 0 };
  let position = start;

  const holds = (sizeBytes: number): boolean =>
    position >= window.base && position + sizeBytes <= window.base + window.bytes.length;
  const load = (sizeBytes: number): Promise<void> => loadWindow(position, sizeBytes);

  function varint(end: number): number {
    const most = Math.min(end - position, maxVarintBytes);
    if (!decodeVarint(window.bytes, position - window.base, most, last))
      throw failure.invalid(
        position,
        most === maxVarintBytes ? 'an integer has more than 64 bits' : 'an integer is cut off',
      );
    position += last.sizeBytes;
    return last.high * 2 ** 32 + last.low;
  }

  const signedValue = (): number => (last.high | 0) * 2 ** 32 + last.low;

  return {
    last,
    at: () => position,
    windowEnd: () => window.base + window.bytes.length,
    holds,
    load,
    skipTo: (offset) => {
      position = offset;
    },
    take(sizeBytes) {
      const from = position - window.base;
      position += sizeBytes;
      return window.bytes.subarray(from, from + sizeBytes);
    },
    varint,
    signedValue,
    float32: () =>
      new DataView(
        window.bytes.buffer,
        window.bytes.byteOffset + position - window.base,
        4,
      ).getFloat32(0, true),
  };
}

/**
 * Passes over packed varints up to `end`, noting them in `seen`.
 *
 * @throws LineageError `format-invalid`, `file-unreadable`.
 */
export async function scanVarints(
  cursor: WireCursor,
  end: number,
  seen: RepeatedNumbers,
): Promise<void> {
  const { last } = cursor;
  while (cursor.at() < end) {
    if (!cursor.holds(Math.min(maxVarintBytes, end - cursor.at())))
      await cursor.load(maxVarintBytes);
    const safe = Math.min(end, cursor.windowEnd() - maxVarintBytes + 1);
    do {
      cursor.varint(end);
      noteVarint(seen, last.low, last.high, last.lastByte, last.sizeBytes);
      if (seen.first.length < limits.listElements) seen.first.push(cursor.signedValue());
    } while (cursor.at() < safe);
  }
}

/** Decodes the varint of at most `most` bytes at `first`; false if it does not end in them. */
function decodeVarint(bytes: Uint8Array, first: number, most: number, into: LastVarint): boolean {
  let low = 0;
  let high = 0;
  for (let count = 0; count < most; count++) {
    const byte = bytes[first + count] as number;
    const seven = byte & 0x7f;
    if (count < 4) low |= seven << (7 * count);
    else if (count === 4) {
      low |= seven << 28;
      high = seven >>> 4;
    } else high |= seven << (7 * count - 32);
    if (byte > 0x7f) continue;
    // The tenth byte has the one bit that is left of 64.
    if (count === 9 && byte > 1) return false;
    into.low = low >>> 0;
    into.high = high >>> 0;
    into.lastByte = byte;
    into.sizeBytes = count + 1;
    return true;
  }
  return false;
}
