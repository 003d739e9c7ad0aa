import type { ByteSource } from '../core/ports/modelFormats.ts';

/** A file in memory. Counts the bytes it hands out, for tests of what a reader asks for. */
export interface MemorySource extends ByteSource {
  readonly counted: { reads: number; bytes: number };
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** `bytes` as a file. A read beyond the end is a mistake of the reader, so a plain error. */
export function memorySource(path: string, given: Uint8Array, modifiedAt?: number): MemorySource {
  const bytes = new Uint8Array(given);
  const counted = { reads: 0, bytes: 0 };
  return {
    path,
    sizeBytes: bytes.length,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    counted,
    bytes,
    read(offset, length) {
      const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
      if (!valid || offset < 0 || length < 0 || offset + length > bytes.length)
        return Promise.reject(
          new Error(`read of ${length} at ${offset} beyond ${bytes.length} of ${path}`),
        );
      counted.reads++;
      counted.bytes += length;
      return Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length)));
    },
  };
}
