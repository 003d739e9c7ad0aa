import type { ChunkId } from '../../core/ids.ts';
import type { ChainCost } from './chunkIndex.ts';

/** Most deltas to follow from any chunk to those stored whole. */
export const maxDepth = 8;

/** Reading a chunk takes at most this many times its own bytes from the store, itself included. */
const maxReadCost = 8;

/** A small chunk may always lean on a whole one or two: they are read with its neighbours too. */
const alwaysReadBytes = 8 * 1024 * 1024;

/** Most stored bytes that reading a chunk of `rawBytes` may take, itself included. */
export function mostRead(rawBytes: number): number {
  return Math.max(maxReadCost * rawBytes, alwaysReadBytes);
}

/** Whether a chunk of `rawBytes` may cost this to read. */
export function isWithinBounds(cost: ChainCost, rawBytes: number): boolean {
  return cost.depth <= maxDepth && cost.storedBytes <= mostRead(rawBytes);
}

/** What is to be known of a chunk to follow what it leans on. */
export interface Leaning {
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly bases: readonly ChunkId[];
}

/** What reading a chunk takes, by any source of chunks; undefined as for `ChunkIndex.chain`. */
export function costOf(
  chunk: ChunkId,
  lookUp: (chunk: ChunkId) => Leaning | undefined,
): ChainCost | undefined {
  // A chunk being visited is in the map without a depth: meeting it again closes a ring.
  const depths = new Map<ChunkId, number | undefined>();
  let storedBytes = 0;
  const visit = (one: ChunkId): number | undefined => {
    if (depths.has(one)) return depths.get(one);
    depths.set(one, undefined);
    const leaning = lookUp(one);
    if (leaning === undefined) return undefined;
    let depth = 0;
    for (const base of leaning.bases) {
      const below = visit(base);
      if (below === undefined) return undefined;
      depth = Math.max(depth, below + 1);
    }
    storedBytes += leaning.storedBytes;
    depths.set(one, depth);
    return depth;
  };
  const depth = visit(chunk);
  return depth === undefined ? undefined : { depth, storedBytes };
}
