import { LineageError } from '../core/lineageError.ts';
import type { ByteSource } from '../core/ports/modelFormats.ts';

/** The part of a `Blob` or `File` that is needed; both fit as they are. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * A file or blob as a byte source. Nothing is read before it is asked for.
 *
 * @param path - name with any folder path, `/`-separated.
 * @param modifiedAt - ms since 1970, where known.
 */
export function blobSource(blob: BlobLike, path: string, modifiedAt?: number): ByteSource {
  return {
    path,
    sizeBytes: blob.size,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    async read(offset, length) {
      const buffer = await readSlice(blob, path, offset, length);
      // A file that shrank since it was picked gives fewer bytes instead of an error.
      if (buffer.byteLength !== length)
        throw new LineageError('file-unreadable', {
          file: path,
          at: offset,
          reason: `${length} bytes were asked for and ${buffer.byteLength} came: the file changed`,
        });
      return new Uint8Array(buffer);
    },
  };
}

async function readSlice(
  blob: BlobLike,
  path: string,
  offset: number,
  length: number,
): Promise<ArrayBuffer> {
  try {
    return await blob.slice(offset, offset + length).arrayBuffer();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new LineageError('file-unreadable', { file: path, at: offset, reason }, { cause });
  }
}
