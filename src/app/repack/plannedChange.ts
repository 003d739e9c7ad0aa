import type { ChunkStorage, RepackOrder } from '../../core/ports/contentStore.ts';
import type { Way } from './candidateWays.ts';

/** A chunk to be stored otherwise, and how it was stored when that was planned. */
export interface PlannedChange {
  readonly order: RepackOrder;
  readonly way: Way;
  readonly before: ChunkStorage;
}
