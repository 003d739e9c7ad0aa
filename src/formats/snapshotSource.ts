import type { ByteSource, SnapshotContent } from '../core/ports/modelFormats.ts';
import type { Manifest, Segment, Skeleton } from '../core/snapshot.ts';
import { crc32 } from '../core/crc32.ts';
import { encodePayload } from './segments/encodePayload.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** Encoded bytes of one payload that are kept after a read, for the next read near it. */
const keptBytes = 4 * 1024 * 1024;

interface Placed {
  readonly segment: Segment;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Where a literal begins in the literals. */
  readonly literal: number;
}

/**
 * The files of a stored snapshot as byte sources, without writing them: literals are held, a payload
 * is read only where a read touches it, up to the last byte wanted.
 *
 * @throws what `content` throws.
 */
export async function snapshotSources(
  skeleton: Skeleton,
  manifest: Manifest,
  content: SnapshotContent,
): Promise<ByteSource[]> {
  const literals = await collect(content.literals(), skeleton.literals.sizeBytes);
  const sources: ByteSource[] = [];
  let literal = 0;
  for (const [index, { segments }] of skeleton.files.entries()) {
    const placed: Placed[] = [];
    let offset = 0;
    for (const segment of segments) {
      const sizeBytes = await segmentBytes(segment, manifest, content);
      placed.push({ segment, offset, sizeBytes, literal });
      offset += sizeBytes;
      if (segment.is === 'literal') literal += sizeBytes;
    }
    sources.push(fileSource(manifest.files[index]?.name ?? '', offset, placed, literals, content));
  }
  return sources;
}

function fileSource(
  path: string,
  sizeBytes: number,
  placed: readonly Placed[],
  literals: Uint8Array,
  content: SnapshotContent,
): ByteSource {
  let kept: { readonly place: Placed; readonly bytes: Piece } | undefined;

  async function bytesOf(place: Placed, from: number, to: number): Promise<Uint8Array> {
    const { segment } = place;
    if (segment.is === 'literal')
      return literals.subarray(place.literal + from, place.literal + to);
    if (kept?.place === place) return kept.bytes.subarray(from, to);
    const stream =
      segment.is === 'crc32' ? checksum(content, segment.payload) : encoded(content, segment);
    if (place.sizeBytes > keptBytes) return collect(within(stream, from, to), to - from);
    kept = { place, bytes: await collect(stream, place.sizeBytes) };
    return kept.bytes.subarray(from, to);
  }

  return {
    path,
    sizeBytes,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let index = firstAt(placed, offset); index < placed.length; index++) {
        const place = placed[index];
        if (place === undefined || place.offset >= offset + length) break;
        const from = Math.max(0, offset - place.offset);
        const to = Math.min(place.sizeBytes, offset + length - place.offset);
        if (to > from) bytes.set(await bytesOf(place, from, to), place.offset + from - offset);
      }
      return bytes;
    },
  };
}

/** Index of the segment that holds `offset`. */
function firstAt(placed: readonly Placed[], offset: number): number {
  let low = 0;
  let high = placed.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.offset ?? Infinity) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Only an encoded payload has a size that is not written down; it is encoded to count it. */
async function segmentBytes(
  segment: Segment,
  manifest: Manifest,
  content: SnapshotContent,
): Promise<number> {
  if (segment.is === 'literal') return segment.sizeBytes;
  if (segment.is === 'crc32') return 4;
  if (segment.encoding.is === 'raw') return manifest.payloads[segment.payload]?.sizeBytes ?? 0;
  let sizeBytes = 0;
  for await (const piece of encoded(content, segment)) sizeBytes += piece.length;
  return sizeBytes;
}

function encoded(
  content: SnapshotContent,
  segment: Extract<Segment, { is: 'payload' }>,
): AsyncIterable<Piece> {
  return encodePayload(content.payload(segment.payload), segment.encoding);
}

async function* checksum(content: SnapshotContent, payload: number): AsyncGenerator<Piece> {
  let sum = 0;
  for await (const piece of content.payload(payload)) sum = crc32(piece, sum);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, sum, true);
  yield bytes;
}

/** The pieces of a stream that touch `from` to `to`, cut to it; stops there. */
async function* within(
  stream: AsyncIterable<Piece>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of stream) {
    const start = Math.max(0, from - at);
    const end = Math.min(piece.length, to - at);
    if (end > start) yield piece.subarray(start, end);
    at += piece.length;
    if (at >= to) return;
  }
}

async function collect(stream: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Piece> {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const piece of stream) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
