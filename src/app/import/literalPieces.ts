import type { ParsedModel } from '../../core/ports/modelFormats.ts';
import { chunkBytes } from '../../core/snapshot.ts';

/**
 * The literal bytes of all files of a model, joined in order, in pieces of exactly `chunkBytes` but
 * the last. The caller owns each piece.
 *
 * @throws LineageError `file-unreadable`.
 */
export async function* literalPieces(
  parsed: Pick<ParsedModel, 'files'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(chunkBytes);
  let filled = 0;
  for (const { source, segments } of parsed.files)
    for (const segment of segments) {
      if (segment.is !== 'literal') continue;
      for (let done = 0; done < segment.sizeBytes;) {
        const length = Math.min(chunkBytes - filled, segment.sizeBytes - done);
        piece.set(await source.read(segment.offset + done, length), filled);
        done += length;
        filled += length;
        if (filled === chunkBytes) {
          yield piece;
          piece = new Uint8Array(chunkBytes);
          filled = 0;
        }
      }
    }
  if (filled > 0) yield piece.slice(0, filled);
}
