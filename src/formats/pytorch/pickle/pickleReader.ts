import type { LineageError } from '../../../core/lineageError.ts';

/** Thrown where the bytes at hand end before the pickle does, though the file goes on. */
export class WindowEnd extends Error {}

/** Where the pickle lies. */
export interface PickleWindow {
  /** The bytes at hand; they begin at `origin` of the file. */
  readonly bytes: Uint8Array;
  readonly origin: number;
  /** Bytes that the file (or zip entry) has from `origin` on. */
  readonly available: number;
}

/** Takes a pickle's bytes from front to back. Throws WindowEnd, or what `broken` makes. */
export interface PickleReader {
  /** The next `length` bytes; a view. */
  take(length: number): Uint8Array;
  takeView(length: number): DataView;
  /** The bytes up to the next line feed, without it. */
  takeLine(): Uint8Array;
  /** The next opcode. */
  step(): number;
  /** Offset of that opcode in the file. */
  at(): number;
  /** Offset of the next byte in the file. */
  position(): number;
}

export function pickleReader(
  { bytes, origin, available }: PickleWindow,
  broken: (reason: string) => LineageError,
): PickleReader {
  const whole = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let opcodeAt = 0;

  function advance(length: number): number {
    if (at + length > available) throw broken('it is cut off');
    if (at + length > bytes.length) throw new WindowEnd();
    at += length;
    return at - length;
  }

  return {
    take(length) {
      const start = advance(length);
      return bytes.subarray(start, start + length);
    },
    takeView(length) {
      const start = advance(length);
      return new DataView(whole.buffer, whole.byteOffset + start, length);
    },
    takeLine() {
      const end = bytes.indexOf(0x0a, at);
      // Without a line feed, one byte more than there is: cut off, or the end of the window.
      const start = advance((end < 0 ? bytes.length : end) + 1 - at);
      return bytes.subarray(start, end);
    },
    step() {
      opcodeAt = at;
      return bytes[advance(1)] ?? 0;
    },
    at: () => origin + opcodeAt,
    position: () => origin + at,
  };
}
