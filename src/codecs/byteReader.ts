import { LineageError } from '../core/lineageError.ts';

/** Reads encoded bytes in order; every overrun is an error. */
export interface ByteReader {
  /** @throws LineageError `codec-invalid` past the end. */
  byte(): number;
  /** LEB128, at most five bytes and below 2^32. @throws LineageError `codec-invalid`. */
  varint(): number;
  /** A view of the next `length` bytes. @throws LineageError `codec-invalid` past the end. */
  take(length: number): Uint8Array;
  /** Bytes not read yet. */
  left(): number;
  /** An error that names the codec and the offset. */
  invalid(reason: string): LineageError<'codec-invalid'>;
}

/** @param codec - named in errors. */
export function byteReader(bytes: Uint8Array, codec: string): ByteReader {
  let at = 0;
  const invalid = (reason: string): LineageError<'codec-invalid'> =>
    new LineageError('codec-invalid', { codec, reason: `at byte ${at}: ${reason}` });
  const reader: ByteReader = {
    byte() {
      const value = bytes[at];
      if (value === undefined) throw invalid('the data is cut off');
      at++;
      return value;
    },
    varint() {
      let value = 0;
      for (let place = 1; place < 2 ** 35; place *= 128) {
        const next = reader.byte();
        value += (next & 127) * place;
        if (next < 128) {
          if (value >= 2 ** 32) throw invalid('a number is too large');
          return value;
        }
      }
      throw invalid('a number is too long');
    },
    take(length) {
      if (length > bytes.length - at) throw invalid(`${length} bytes are missing`);
      at += length;
      return bytes.subarray(at - length, at);
    },
    left: () => bytes.length - at,
    invalid,
  };
  return reader;
}
