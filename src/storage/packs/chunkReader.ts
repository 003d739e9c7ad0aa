import type { ChunkId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import { byteCache } from './byteCache.ts';
import type { ChunkPlace } from './chunkIndex.ts';
import { rawCodec } from './directory.ts';
import type { LiveIndex } from './liveIndex.ts';
import type { PackReader } from './packReader.ts';

/** Reads chunks through their deltas, and verifies what it gives. */
export interface ChunkReader {
  /**
   * The bytes of a chunk; the caller owns them.
   *
   * @throws LineageError `chunk-missing`, `chunk-corrupt`, `codec-unknown`.
   */
  read(chunk: ChunkId): Promise<Uint8Array<ArrayBuffer>>;
  /** As `read`, for a chunk that is used as a base again and again; not to be written to. */
  readBase(chunk: ChunkId): Promise<Uint8Array<ArrayBuffer>>;
}

/** Memory for verified chunks that are bases: the tensors of one parent, read for each child. */
const baseCacheBytes = 32 * 1024 * 1024;

export interface ChunkReaderPorts {
  readonly live: LiveIndex;
  readonly packs: PackReader;
  readonly codecs: ReadonlyMap<number, ChunkCodec>;
  readonly hasher: Hasher;
  /** Hears of every chunk whose own stored form is bad. */
  readonly onBad: (chunk: ChunkId) => Promise<void>;
}

export function chunkReader(ports: ChunkReaderPorts): ChunkReader {
  const { live } = ports;
  const bases = byteCache<ChunkId>(baseCacheBytes);

  async function read(chunk: ChunkId): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const seen = live.content;
      const bad: Bad = { chunk: undefined };
      try {
        return await readOnce(ports, chunk, bad);
      } catch (error) {
        if (!isLineageError(error, 'chunk-missing', 'chunk-corrupt')) throw error;
        // Another tab may have moved the chunk to another pack since this index was read.
        await live.refresh();
        if (live.content !== seen) continue;
        if (bad.chunk !== undefined && !live.suspects.has(bad.chunk)) await ports.onBad(bad.chunk);
        throw error;
      }
    }
  }

  return {
    read,
    async readBase(chunk) {
      const cached = bases.get(chunk);
      if (cached !== undefined) return cached;
      const bytes = await read(chunk);
      bases.set(chunk, bytes);
      return bytes;
    },
  };
}

/** Which chunk's own stored form a failed read blames. */
interface Bad {
  chunk: ChunkId | undefined;
}

async function readOnce(
  ports: ChunkReaderPorts,
  chunk: ChunkId,
  bad: Bad,
): Promise<Uint8Array<ArrayBuffer>> {
  const links = chainOf(ports, chunk);
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  for (const link of links) bytes = await decodeLink(ports, link, bytes, chunk, bad);
  if (bytes !== undefined && (await ports.hasher.sha256(bytes)) === chunk) return bytes;
  await findBad(ports, links, bad);
  throw corrupt(chunk);
}

interface Link {
  readonly chunk: ChunkId;
  readonly place: ChunkPlace;
}

/** From the chunk stored whole to `chunk` itself. */
function chainOf({ live }: ChunkReaderPorts, chunk: ChunkId): Link[] {
  const links: Link[] = [];
  const seen = new Set<ChunkId>();
  for (let next: ChunkId | undefined = chunk; next !== undefined;) {
    const place = live.index.place(next);
    if (place === undefined) {
      if (next === chunk) throw new LineageError('chunk-missing', { chunk, usedBy: [] });
      throw corrupt(chunk, new LineageError('chunk-missing', { chunk: next, usedBy: [chunk] }));
    }
    if (seen.has(next)) throw corrupt(chunk);
    seen.add(next);
    links.unshift({ chunk: next, place });
    next = place.base;
  }
  return links;
}

/** One link decoded. @throws LineageError `chunk-corrupt` of `wanted`, `codec-unknown`. */
async function decodeLink(
  ports: ChunkReaderPorts,
  { chunk, place }: Link,
  base: Uint8Array | undefined,
  wanted: ChunkId,
  bad: Bad,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoded = await ports.packs.read(place.pack, place.offset, place.storedBytes);
  if (encoded === undefined) {
    bad.chunk = chunk;
    throw corrupt(wanted);
  }
  if (place.codec === rawCodec) return new Uint8Array(encoded);
  const codec = ports.codecs.get(place.codec);
  if (codec === undefined) throw new LineageError('codec-unknown', { chunk, codec: place.codec });
  try {
    return codec.decode(encoded, base === undefined ? [] : [base], place.rawBytes);
  } catch (error) {
    if (!isLineageError(error, 'codec-invalid')) throw error;
    bad.chunk = chunk;
    throw corrupt(wanted, error);
  }
}

/** Finds the first link whose bytes are not what its id says: the others only lean on it. */
async function findBad(ports: ChunkReaderPorts, links: readonly Link[], bad: Bad): Promise<void> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  for (const link of links) {
    bytes = await decodeLink(ports, link, bytes, link.chunk, bad);
    if ((await ports.hasher.sha256(bytes)) !== link.chunk) {
      bad.chunk = link.chunk;
      return;
    }
  }
}

function corrupt(chunk: ChunkId, cause?: LineageError): LineageError<'chunk-corrupt'> {
  const data = { chunk, usedBy: [] };
  return new LineageError('chunk-corrupt', data, cause === undefined ? {} : { cause });
}
