import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import type { BaseBytes } from '../packs/encodeChunk.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import type { WaitingChunk } from './packDraft.ts';

/** Most deltas to follow from any chunk to one stored whole. */
export const maxDepth = 8;

/** Reading a chunk takes at most this many times its own bytes from the store, itself included. */
export const maxReadCost = 8;

/** A base with what reading it takes. */
export interface FoundBase extends BaseBytes {
  readonly depth: number;
  readonly chainBytes: number;
}

export interface BaseSources {
  readonly live: LiveIndex;
  readonly reader: ChunkReader;
  readonly waiting: ReadonlyMap<ChunkId, WaitingChunk>;
}

/**
 * The chunk to take as a base when `candidate` is asked for: itself, or where its chain is at its
 * limit the nearest chunk below it that leaves room for one more delta. Its bytes are verified.
 *
 * Undefined for one that is not stored, not of `rawBytes` bytes, or bad: the next one may do.
 */
export async function findBase(
  sources: BaseSources,
  candidate: ChunkId,
  rawBytes: number,
): Promise<FoundBase | undefined> {
  let next: ChunkId | undefined = candidate;
  while (next !== undefined) {
    const chain = chainOf(sources, next);
    if (chain === undefined || chain.rawBytes !== rawBytes) return undefined;
    const { depth, chainBytes } = chain;
    if (depth < maxDepth && chainBytes <= (maxReadCost - 1) * rawBytes) {
      const bytes = await bytesOf(sources, next);
      return bytes && { chunk: next, bytes, depth, chainBytes };
    }
    next = chain.base;
  }
  return undefined;
}

interface Chain {
  readonly rawBytes: number;
  readonly depth: number;
  readonly chainBytes: number;
  readonly base: ChunkId | undefined;
}

function chainOf({ live, waiting }: BaseSources, chunk: ChunkId): Chain | undefined {
  const fresh = waiting.get(chunk);
  if (fresh !== undefined) {
    const { raw, depth, chainBytes, encoded } = fresh;
    return { rawBytes: raw.length, depth, chainBytes, base: encoded.base };
  }
  const place = live.isSound(chunk) ? live.index.place(chunk) : undefined;
  const cost = live.index.chain(chunk);
  if (place === undefined || cost === undefined) return undefined;
  const { rawBytes, base } = place;
  return { rawBytes, depth: cost.depth, chainBytes: cost.storedBytes, base };
}

async function bytesOf(
  { reader, waiting }: BaseSources,
  chunk: ChunkId,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const fresh = waiting.get(chunk);
  if (fresh !== undefined) return fresh.raw;
  try {
    return await reader.readBase(chunk);
  } catch (error) {
    // A base that is damaged is no base; the damage itself is for `verify` to tell.
    if (isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown')) return undefined;
    throw error;
  }
}
