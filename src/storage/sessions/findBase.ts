import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import type { BaseBytes, DerivationBytes, Leanings } from '../packs/encodeChunk.ts';
import { mostBases } from '../packs/directoryColumns.ts';
import { costOf, isWithinBounds, type Leaning } from '../packs/readBounds.ts';

/** Where bases come from. */
export interface BaseSources {
  readonly reader: ChunkReader;
  /** What is known of a chunk that may be leaned on: it is stored and sound, or about to be. */
  readonly lookUp: (chunk: ChunkId) => Leaning | undefined;
  /** Bytes of a chunk that is about to be stored. */
  readonly waiting: (chunk: ChunkId) => Uint8Array<ArrayBuffer> | undefined;
  /** Whether the chunk may lean on these; all may unless it is given. */
  readonly allows?: (bases: readonly ChunkId[]) => boolean;
}

/** What is asked for. */
export interface WantedLeanings {
  readonly chunk: ChunkId;
  readonly rawBytes: number;
  readonly bases: readonly ChunkId[];
  readonly derivations?: readonly ChunkDerivation[] | undefined;
}

/**
 * Those of the bases and derivations asked for that can be used: stored, sound, not leaning on the
 * chunk itself, and within the bounds of reading with the chunk on top.
 *
 * A base at its bounds is replaced by the nearest chunk of equal length below it that leaves room; a
 * derivation counts on its very bases and is left out.
 */
export async function findLeanings(
  sources: BaseSources,
  wanted: WantedLeanings,
): Promise<Leanings> {
  const bases: BaseBytes[] = [];
  for (const candidate of wanted.bases) {
    const found = nearestBase(sources, wanted, candidate);
    if (found === undefined || bases.some(({ chunk }) => chunk === found)) continue;
    const bytes = await bytesOf(sources, found);
    if (bytes !== undefined) bases.push({ chunk: found, bytes });
  }
  const derivations: DerivationBytes[] = [];
  for (const candidate of wanted.derivations ?? []) {
    const found = await derivationBytes(sources, wanted, candidate);
    if (found !== undefined) derivations.push(found);
  }
  return { bases, derivations };
}

function nearestBase(
  sources: BaseSources,
  wanted: WantedLeanings,
  candidate: ChunkId,
): ChunkId | undefined {
  const seen = new Set<ChunkId>();
  let next: ChunkId | undefined = candidate;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const leaning = sources.lookUp(next);
    if (leaning?.rawBytes !== wanted.rawBytes) return undefined;
    if (canLeanOn(sources, wanted, [next])) return next;
    next = leaning.bases.find((base) => sources.lookUp(base)?.rawBytes === wanted.rawBytes);
  }
  return undefined;
}

/** Whether the chunk, were it stored in no bytes on these bases, could be read within the bounds. */
function canLeanOn(
  { lookUp, allows }: BaseSources,
  { chunk, rawBytes }: WantedLeanings,
  bases: readonly ChunkId[],
): boolean {
  const cost = costOf(chunk, (one) =>
    one === chunk ? { storedBytes: 0, rawBytes, bases } : lookUp(one),
  );
  if (cost === undefined) return false;
  // Room for the chunk itself, as large as a codec may leave it.
  const most = { ...cost, storedBytes: cost.storedBytes + rawBytes };
  return isWithinBounds(most, rawBytes) && allows?.(bases) !== false;
}

async function derivationBytes(
  sources: BaseSources,
  wanted: WantedLeanings,
  { derivation, bases }: ChunkDerivation,
): Promise<DerivationBytes | undefined> {
  if (bases.length === 0 || bases.length > mostBases) return undefined;
  if (!canLeanOn(sources, wanted, bases)) return undefined;
  const found: BaseBytes[] = [];
  for (const chunk of bases) {
    const bytes = await bytesOf(sources, chunk);
    if (bytes === undefined) return undefined;
    found.push({ chunk, bytes });
  }
  return { derivation, bases: found };
}

async function bytesOf(
  { reader, waiting }: BaseSources,
  chunk: ChunkId,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const fresh = waiting(chunk);
  if (fresh !== undefined) return fresh;
  try {
    return await reader.readBase(chunk);
  } catch (error) {
    // A base that is damaged is no base; the damage itself is for `verify` to tell.
    if (isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown')) return undefined;
    throw error;
  }
}
