import type { ByteSource } from '../src/core/ports/modelFormats.ts';
import { blobSource } from '../src/formats/blobSource.ts';
import { cachedSource } from '../src/formats/cachedSource.ts';
import type { IncomingFile } from '../src/rpc/calls.ts';

/**
 * Reading a piece of a file asks another process, which costs about the same for a byte as for a
 * mebibyte: a model of hundreds of small tensors is read in blocks.
 */
const blocks = { blockBytes: 1024 * 1024, keptBlocks: 4 };

/** A file that the page was given, to be read here. */
export function sourceOf({ file, path }: IncomingFile): ByteSource {
  return cachedSource(blobSource(file, path, file.lastModified), blocks);
}
