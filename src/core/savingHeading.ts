import type { SavingHeading } from './savingsViews.ts';

/** Codecs that state a lossy model's steps. */
const lossyCodecs: ReadonlySet<string> = new Set(['steps']);

/** Codecs that take one base of the same length and know nothing else of it. */
const deltaCodecs = /delta/u;

/**
 * What a stored chunk's size is owed to, by its codec's name. A codec that leans on others and is neither
 * a delta nor a lossy model's steps is a derivation: the tests hold this against every codec there is.
 *
 * @param bases - how many chunks it leans on.
 */
export function savingHeading(codec: string, bases: number): SavingHeading {
  if (codec === 'raw') return 'whole';
  if (lossyCodecs.has(codec)) return 'lossy';
  if (bases === 0) return 'alone';
  return deltaCodecs.test(codec) ? 'delta' : 'structure';
}
