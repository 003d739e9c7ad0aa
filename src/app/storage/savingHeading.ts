import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import type { SavingHeading } from '../../core/savingsViews.ts';

/** Codecs that state a lossy model's steps from its base. */
const lossyCodecs: ReadonlySet<string> = new Set(['steps']);

/** Codecs that take one base of the same length and know nothing else of it. */
const deltaCodecs = /delta/u;

/**
 * What a stored chunk's size is owed to, by its codec. A codec that leans on others and is neither a
 * delta nor a lossy model's steps is a derivation: the tests hold this against every codec there is.
 */
export function savingHeading({
  codec,
  bases,
}: Pick<ChunkStorage, 'codec' | 'bases'>): SavingHeading {
  if (codec === 'raw') return 'whole';
  if (lossyCodecs.has(codec)) return 'lossy';
  if (bases.length === 0) return 'alone';
  return deltaCodecs.test(codec) ? 'delta' : 'structure';
}
