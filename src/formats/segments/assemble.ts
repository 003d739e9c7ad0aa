import { LineageError } from '../../core/lineageError.ts';
import type { OutputFile, SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { Manifest, Segment, Skeleton } from '../../core/snapshot.ts';
import { crc32 } from '../../core/crc32.ts';
import { encodePayload } from './encodePayload.ts';
import { withSmallPiecesJoined } from './pieces.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** Small pieces are joined to about this size: few parts for a `Blob`, little memory. */
const joinedBytes = 1 << 20;

/**
 * The files of a snapshot, byte for byte as they were imported.
 *
 * Each file's `bytes` may be iterated more than once and independently of the others. A payload
 * with a checksum before it is read twice; checksums are kept.
 *
 * Errors come while the bytes are read:
 *
 * @throws LineageError `record-corrupt` if skeleton and content do not fit together; and what
 *   `content` throws.
 */
export function assemble(
  skeleton: Skeleton,
  manifest: Manifest,
  content: SnapshotContent,
): OutputFile[] {
  const checksums = new Map<number, Promise<Piece>>();
  let literalsBefore = 0;
  return skeleton.files.map(({ segments }, index) => {
    const file = manifest.files[index];
    if (file === undefined) throw corrupt(`file ${index}`, 'the manifest does not name it');
    const literalOffset = literalsBefore;
    for (const segment of segments)
      if (segment.is === 'literal') literalsBefore += segment.sizeBytes;
    const bytes = {
      [Symbol.asyncIterator]: () =>
        exactly(
          file,
          withSmallPiecesJoined(
            joinedBytes,
            fileBytes(segments, literalOffset, content, checksums, file.name),
          ),
        ),
    };
    return { name: file.name, sizeBytes: file.sizeBytes, bytes };
  });
}

async function* fileBytes(
  segments: readonly Segment[],
  literalOffset: number,
  content: SnapshotContent,
  checksums: Map<number, Promise<Piece>>,
  name: string,
): AsyncGenerator<Piece> {
  const literals = literalReader(content, literalOffset, name);
  try {
    for (const segment of segments) {
      switch (segment.is) {
        case 'literal':
          yield* literals.take(segment.sizeBytes);
          break;
        case 'payload':
          yield* encodePayload(content.payload(segment.payload), segment.encoding);
          break;
        case 'crc32': {
          const known = checksums.get(segment.payload) ?? checksumOf(content, segment.payload);
          checksums.set(segment.payload, known);
          yield (await known).slice();
        }
      }
    }
  } finally {
    await literals.close();
  }
}

async function checksumOf(content: SnapshotContent, payload: number): Promise<Piece> {
  let checksum = 0;
  for await (const piece of content.payload(payload)) checksum = crc32(piece, checksum);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, checksum, true);
  return bytes;
}

/** Reads the literals in order, from `skip` bytes on. */
function literalReader(content: SnapshotContent, skip: number, name: string) {
  const pieces = content.literals()[Symbol.asyncIterator]();
  let piece: Piece = new Uint8Array(0);
  let toSkip = skip;

  async function* take(sizeBytes: number): AsyncGenerator<Piece> {
    let left = sizeBytes;
    while (left > 0) {
      if (piece.length === 0) {
        const next = await pieces.next();
        if (next.done === true) throw corrupt(name, 'its literal bytes end early');
        piece = next.value;
      }
      const skipped = Math.min(toSkip, piece.length);
      toSkip -= skipped;
      const part = piece.slice(skipped, skipped + left);
      piece = piece.subarray(skipped + part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }
  const close = async (): Promise<void> => {
    await pieces.return?.();
  };
  return { take, close };
}

/** Passes `bytes` on, and fails if they are not as many as the manifest says. */
async function* exactly(
  file: { readonly name: string; readonly sizeBytes: number },
  bytes: AsyncIterable<Piece>,
): AsyncGenerator<Piece> {
  let written = 0;
  for await (const piece of bytes) {
    written += piece.length;
    yield piece;
  }
  if (written !== file.sizeBytes)
    throw corrupt(file.name, `it came to ${written} bytes, not ${file.sizeBytes}`);
}

function corrupt(key: string, reason: string): LineageError {
  return new LineageError('record-corrupt', { table: 'skeletons', key, reason });
}
