import type { ChunkId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import { byteCache, type ByteCache } from './byteCache.ts';
import type { ChunkPlace } from './chunkIndex.ts';
import { rawCodec } from './directory.ts';
import type { LiveIndex } from './liveIndex.ts';
import type { PackReader } from './packReader.ts';

/** Reads chunks through all that they lean on, and verifies what it gives. */
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

/** Memory for decoded bases: the tensors of one parent, read for each child. */
const baseCacheBytes = 32 * 1024 * 1024;

export interface ChunkReaderPorts {
  readonly live: LiveIndex;
  readonly packs: PackReader;
  readonly codecs: ReadonlyMap<number, ChunkCodec>;
  readonly hasher: Hasher;
  /** Hears of every chunk whose own stored form is bad. */
  readonly onBad: (chunk: ChunkId) => Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Decoded bases: what reading one chunk took is often needed for the next. */
interface HotBases {
  readonly decoded: ByteCache<ChunkId>;
  /** Those whose hash was checked. The others were only decoded on the way to one that was. */
  readonly verified: WeakSet<Bytes>;
}

export function chunkReader(ports: ChunkReaderPorts): ChunkReader {
  const { live } = ports;
  const hot: HotBases = { decoded: byteCache(baseCacheBytes), verified: new WeakSet() };

  async function read(chunk: ChunkId): Promise<Bytes> {
    for (;;) {
      const seen = live.content;
      const bad: Bad = { chunk: undefined };
      try {
        return await readOnce(ports, hot, chunk, bad);
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

  function verifiedBase(chunk: ChunkId): Bytes | undefined {
    const cached = hot.decoded.get(chunk);
    return cached !== undefined && hot.verified.has(cached) ? cached : undefined;
  }

  return {
    async read(chunk) {
      return verifiedBase(chunk)?.slice() ?? (await read(chunk));
    },
    async readBase(chunk) {
      const cached = verifiedBase(chunk);
      if (cached !== undefined) return cached;
      const bytes = await read(chunk);
      hot.verified.add(bytes);
      hot.decoded.set(chunk, bytes);
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
  hot: HotBases,
  chunk: ChunkId,
  bad: Bad,
): Promise<Bytes> {
  const links = linksOf(ports, chunk);
  const missing = withoutCached(links, chunk, hot.decoded);
  const pieces = missing.map(({ place }) =>
    ports.packs.read(place.pack, place.offset, place.storedBytes),
  );
  // All are awaited, so that none is left to fail unheard when decoding stops before it.
  const encoded = await Promise.all(pieces);
  const decoded = new Map<ChunkId, Bytes>();
  for (const [index, link] of missing.entries()) {
    const bases = basesOf(link, (base) => decoded.get(base) ?? hot.decoded.get(base));
    const bytes = bases && decodeLink(ports, link, encoded[index], bases, { wanted: chunk, bad });
    // A base that the cache has given up since: read without it.
    if (bytes === undefined) return readVerifying(ports, links, chunk, bad);
    decoded.set(link.chunk, bytes);
    if (link.chunk !== chunk) hot.decoded.set(link.chunk, bytes);
  }
  const bytes = decoded.get(chunk);
  if (bytes !== undefined && (await ports.hasher.sha256(bytes)) === chunk) return bytes;
  hot.decoded.clear();
  return readVerifying(ports, links, chunk, bad);
}

interface Link {
  readonly chunk: ChunkId;
  readonly place: ChunkPlace;
}

/** Everything that `chunk` needs, bases first and itself last. */
function linksOf({ live }: ChunkReaderPorts, chunk: ChunkId): Link[] {
  const { index } = live;
  const place = index.place(chunk);
  if (place === undefined) throw new LineageError('chunk-missing', { chunk, usedBy: [] });
  const needed = place.bases.length === 0 ? [chunk] : index.needed(chunk);
  if (needed === undefined) throw corrupt(chunk);
  return needed.map((one) => ({ chunk: one, place: index.place(one) ?? place }));
}

/** Of `links`, those that have to be read: neither cached, nor needed only by cached ones. */
function withoutCached(
  links: readonly Link[],
  wanted: ChunkId,
  cache: ByteCache<ChunkId>,
): readonly Link[] {
  if (links.length === 1) return links;
  const needed = new Set<ChunkId>([wanted]);
  const missing: Link[] = [];
  for (const link of links.toReversed()) {
    if (!needed.has(link.chunk)) continue;
    if (link.chunk !== wanted && cache.get(link.chunk) !== undefined) continue;
    missing.unshift(link);
    for (const base of link.place.bases) needed.add(base);
  }
  return missing;
}

function basesOf(
  { place }: Link,
  find: (base: ChunkId) => Bytes | undefined,
): readonly Bytes[] | undefined {
  const found = place.bases.map(find);
  return found.every((bytes) => bytes !== undefined) ? found : undefined;
}

interface Blame {
  readonly wanted: ChunkId;
  readonly bad: Bad;
}

/** One link decoded. @throws LineageError `chunk-corrupt` of the wanted one, `codec-unknown`. */
function decodeLink(
  ports: ChunkReaderPorts,
  { chunk, place }: Link,
  encoded: Uint8Array | undefined,
  bases: readonly Uint8Array[],
  { wanted, bad }: Blame,
): Bytes {
  if (encoded === undefined) {
    bad.chunk = chunk;
    throw corrupt(wanted);
  }
  if (place.codec === rawCodec) return new Uint8Array(encoded);
  const codec = ports.codecs.get(place.codec);
  if (codec === undefined) throw new LineageError('codec-unknown', { chunk, codec: place.codec });
  try {
    return codec.decode(encoded, bases, place.rawBytes);
  } catch (error) {
    if (!isLineageError(error, 'codec-invalid')) throw error;
    bad.chunk = chunk;
    throw corrupt(wanted, error);
  }
}

/**
 * Reads a chunk again without anything cached, checking every link: the first whose bytes are not
 * what its id says is the bad one, and the others only lean on it.
 */
async function readVerifying(
  ports: ChunkReaderPorts,
  links: readonly Link[],
  wanted: ChunkId,
  bad: Bad,
): Promise<Bytes> {
  const good = new Map<ChunkId, Bytes>();
  for (const link of links) {
    const { pack, offset, storedBytes } = link.place;
    const encoded = await ports.packs.read(pack, offset, storedBytes);
    const bases = basesOf(link, (base) => good.get(base)) ?? [];
    const bytes = decodeLink(ports, link, encoded, bases, { wanted, bad });
    if ((await ports.hasher.sha256(bytes)) !== link.chunk) {
      bad.chunk = link.chunk;
      break;
    }
    good.set(link.chunk, bytes);
  }
  const bytes = good.get(wanted);
  if (bytes === undefined) throw corrupt(wanted);
  return bytes;
}

function corrupt(chunk: ChunkId, cause?: LineageError): LineageError<'chunk-corrupt'> {
  const data = { chunk, usedBy: [] };
  return new LineageError('chunk-corrupt', data, cause === undefined ? {} : { cause });
}
