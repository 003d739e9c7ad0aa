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
  /** Passes over packed varints up to `end`, noting them in `seen`. */
  scanVarints(end: number, seen: RepeatedNumbers): Promise<void>;
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
    const { bytes, base } = window;
    const first = position - base;
    const most = Math.min(end - position, maxVarintBytes);
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
      if (count === 9 && byte > 1) break;
      last.low = low >>> 0;
      last.high = high >>> 0;
      last.lastByte = byte;
      last.sizeBytes = count + 1;
      position += count + 1;
      return last.high * 2 ** 32 + last.low;
    }
    throw failure.invalid(
      position,
      most === maxVarintBytes ? 'an integer has more than 64 bits' : 'an integer is cut off',
    );
  }

  const signedValue = (): number => (last.high | 0) * 2 ** 32 + last.low;

  async function scanVarints(end: number, seen: RepeatedNumbers): Promise<void> {
    while (position < end) {
      if (!holds(Math.min(maxVarintBytes, end - position))) await load(maxVarintBytes);
      const safe = Math.min(end, window.base + window.bytes.length - maxVarintBytes + 1);
      do {
        varint(end);
        noteVarint(seen, last.low, last.high, last.lastByte, last.sizeBytes);
        if (seen.first.length < limits.listElements) seen.first.push(signedValue());
      } while (position < safe);
    }
  }

  return {
    last,
    at: () => position,
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
    scanVarints,
  };
}
