import type { ChunkId } from '../../core/ids.ts';
import type { ChainCost } from '../packs/chunkIndex.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { costOf, isWithinBounds, type Leaning } from '../packs/readBounds.ts';

/** The store as it will be once the forms planned so far are written. */
export class PlannedForms {
  readonly #live: LiveIndex;
  readonly #forms = new Map<ChunkId, Leaning>();
  /** Base → chunks that lean on it in their planned form. */
  readonly #leaning = new Map<ChunkId, Set<ChunkId>>();

  constructor(live: LiveIndex) {
    this.#live = live;
  }

  /** What a sound chunk leans on. */
  readonly lookUp = (chunk: ChunkId): Leaning | undefined =>
    this.#forms.get(chunk) ?? this.#live.sound(chunk);

  has(chunk: ChunkId): boolean {
    return this.#forms.has(chunk);
  }

  /** What reading a chunk takes; undefined for one that cannot be read. */
  cost(chunk: ChunkId): ChainCost | undefined {
    return costOf(chunk, this.lookUp);
  }

  plan(chunk: ChunkId, form: Leaning): void {
    this.#forms.set(chunk, form);
    for (const base of form.bases) {
      const leaning = this.#leaning.get(base) ?? new Set();
      this.#leaning.set(base, leaning.add(chunk));
    }
  }

  /**
   * Whether a chunk may take this form: it does not lean on itself, and neither it nor any chunk
   * that leans on it goes beyond the bounds of reading, or further beyond them than it is.
   */
  allows(chunk: ChunkId, form: Leaning): boolean {
    const lookUp = (one: ChunkId) => (one === chunk ? form : this.lookUp(one));
    for (const one of this.#above(chunk)) {
      const before = this.cost(one);
      // What cannot be read now cannot be made worse.
      if (before === undefined) continue;
      const after = costOf(one, lookUp);
      if (after === undefined) return false;
      const rawBytes = lookUp(one)?.rawBytes ?? 0;
      if (!isWithinBounds(after, rawBytes) && isDearer(after, before)) return false;
    }
    return true;
  }

  /** `chunk` and everything that leans on it, directly or through others. */
  #above(chunk: ChunkId): Set<ChunkId> {
    const found = new Set([chunk]);
    for (const one of found) {
      for (const above of this.#live.index.dependants(one))
        if (!this.#forms.has(above)) found.add(above);
      for (const above of this.#leaning.get(one) ?? []) found.add(above);
    }
    return found;
  }
}

function isDearer(after: ChainCost, before: ChainCost): boolean {
  return after.depth > before.depth || after.storedBytes > before.storedBytes;
}
