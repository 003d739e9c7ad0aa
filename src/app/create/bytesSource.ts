import type { ByteSource } from '../../core/ports/modelFormats.ts';

/** Bytes in memory as a file. */
export function bytesSource(path: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    path,
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}
