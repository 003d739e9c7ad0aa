import type { ChunkId } from '../../core/ids.ts';
import { keyBytes, readKey, writeKey } from './chunkKey.ts';
import { viewDirectory, type DirectoryView } from './directory.ts';

/** Where a stored chunk lies and how to read it. */
export interface ChunkPlace {
  readonly pack: number;
  /** Byte offset in the pack. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
  /** What it leans on, in the order in which its codec counts them; none for a whole chunk. */
  readonly bases: readonly ChunkId[];
}

/** What reading a chunk through all that it leans on takes. */
export interface ChainCost {
  /** Deltas to follow on the longest way to chunks stored whole; 0 for a whole chunk. */
  readonly depth: number;
  /** Stored bytes of all chunks needed, each counted once. */
  readonly storedBytes: number;
}

const absent = -1;
const firstCapacity = 1024;

/**
 * All stored chunks in memory: 110 bytes each, without a string or object per chunk, so that 200,000
 * are read in from their directories in a fraction of a second.
 *
 * An open-addressing hash table over 32-byte ids. A chunk that was ever seen, as itself or as a base,
 * keeps its slot; a slot without a pack is a chunk that is not stored.
 */
export class ChunkIndex {
  readonly #packs = new Set<number>();
  #capacity = firstCapacity;
  #slots = 0;
  #table = new Int32Array(2 * firstCapacity).fill(absent);
  #keys = new Uint8Array(keyBytes * firstCapacity);
  #pack = new Float64Array(firstCapacity);
  #offset = new Uint32Array(firstCapacity);
  #stored = new Uint32Array(firstCapacity);
  #raw = new Uint32Array(firstCapacity);
  #codec = new Uint8Array(firstCapacity);
  /** Where a chunk's bases stand in `#bases`, and how many they are. */
  #basesFrom = new Uint32Array(firstCapacity);
  #basesCount = new Uint8Array(firstCapacity);
  #bases = new Int32Array(firstCapacity);
  #basesUsed = 0;
  /** Of the walk under way or the last one: in which walk a slot was met, and its depth there. */
  #walked = new Uint32Array(firstCapacity);
  #depth = new Int32Array(firstCapacity);
  #walk = 0;
  /** Made when it is first asked for, and again after a pack was added. */
  #leaning: { readonly from: Uint32Array; readonly slots: Int32Array } | undefined;
  readonly #scratch = new Uint8Array(keyBytes);
  #chunks = 0;
  #rawBytes = 0;
  #storedBytes = 0;
  #directoryBytes = 0;

  get chunks(): number {
    return this.#chunks;
  }

  /** Sum over all stored chunks. */
  get rawBytes(): number {
    return this.#rawBytes;
  }

  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Size of all directories read in. */
  get directoryBytes(): number {
    return this.#directoryBytes;
  }

  /** Packs whose directories are read in. */
  get packs(): ReadonlySet<number> {
    return this.#packs;
  }

  has(chunk: ChunkId): boolean {
    return this.#find(chunk) !== absent;
  }

  place(chunk: ChunkId): ChunkPlace | undefined {
    const slot = this.#find(chunk);
    if (slot === absent) return undefined;
    return {
      pack: this.#pack[slot] ?? absent,
      offset: this.#offset[slot] ?? 0,
      storedBytes: this.#stored[slot] ?? 0,
      rawBytes: this.#raw[slot] ?? 0,
      codec: this.#codec[slot] ?? 0,
      bases: Array.from(this.#basesOf(slot), (base) => readKey(this.#keys, keyBytes * base)),
    };
  }

  /** Undefined when the chunk or one it leans on is not stored, or it leans on itself. */
  chain(chunk: ChunkId): ChainCost | undefined {
    let storedBytes = 0;
    const depth = this.#follow(chunk, (slot) => {
      storedBytes += this.#stored[slot] ?? 0;
    });
    return depth === undefined ? undefined : { depth, storedBytes };
  }

  /**
   * Everything that reading `chunk` takes, each chunk after those it leans on and so itself last.
   * Undefined when one of them is not stored, or it leans on itself.
   */
  needed(chunk: ChunkId): ChunkId[] | undefined {
    const slots: number[] = [];
    if (this.#follow(chunk, (slot) => slots.push(slot)) === undefined) return undefined;
    return slots.map((slot) => readKey(this.#keys, keyBytes * slot));
  }

  /** Chunks that lean on this one directly. */
  dependants(chunk: ChunkId): ChunkId[] {
    const slot = this.#find(chunk);
    if (slot === absent) return [];
    this.#leaning ??= this.#reversed();
    const { from, slots } = this.#leaning;
    const found = slots.subarray(from[slot], from[slot + 1]);
    return Array.from(found, (one) => readKey(this.#keys, keyBytes * one));
  }

  /** Whether a chunk outside `packs` leans on one inside. */
  leansOn(packs: ReadonlySet<number>): boolean {
    for (let slot = 0; slot < this.#slots; slot++) {
      const pack = this.#pack[slot] ?? absent;
      if (pack === absent || packs.has(pack)) continue;
      for (const base of this.#basesOf(slot))
        if (packs.has(this.#pack[base] ?? absent)) return true;
    }
    return false;
  }

  /** Ids of all stored chunks. */
  *ids(): Generator<ChunkId> {
    for (let slot = 0; slot < this.#slots; slot++)
      if (this.#pack[slot] !== absent) yield readKey(this.#keys, keyBytes * slot);
  }

  /**
   * Reads a pack's directory in; does nothing for one that was read in before. A chunk that is
   * already known elsewhere keeps its first place.
   *
   * @throws LineageError `record-corrupt`; nothing of it is then read in.
   */
  addPack(pack: number, directory: Uint8Array): void {
    if (this.#packs.has(pack)) return;
    const view = viewDirectory(pack, directory);
    this.#packs.add(pack);
    this.#leaning = undefined;
    this.#directoryBytes += directory.length;
    let offset = 0;
    for (let index = 0; index < view.count; index++) {
      const at = offset;
      offset += view.storedBytes[index] ?? 0;
      if (view.removed[index] !== 1) this.#addChunk(pack, view, index, at);
    }
  }

  /** For each slot, the slots of chunks that lean on it. */
  #reversed(): { readonly from: Uint32Array; readonly slots: Int32Array } {
    const from = new Uint32Array(this.#slots + 1);
    const slots = new Int32Array(this.#basesUsed);
    for (let at = 0; at < this.#basesUsed; at++) {
      const base = this.#bases[at] ?? 0;
      from[base + 1] = (from[base + 1] ?? 0) + 1;
    }
    for (let slot = 0; slot < this.#slots; slot++)
      from[slot + 1] = (from[slot + 1] ?? 0) + (from[slot] ?? 0);
    const next = from.slice();
    for (let slot = 0; slot < this.#slots; slot++)
      for (const base of this.#basesOf(slot)) {
        const at = next[base] ?? 0;
        slots[at] = slot;
        next[base] = at + 1;
      }
    return { from, slots };
  }

  #addChunk(pack: number, view: DirectoryView, index: number, offset: number): void {
    const slot = this.#slotOf(view.bytes, view.keyAt(index));
    if (this.#pack[slot] !== absent) return;
    const places = view.bases.subarray(view.basesFrom[index], view.basesFrom[index + 1]);
    if (this.#basesUsed + places.length > this.#bases.length)
      this.#bases = grown(this.#bases, new Int32Array(2 * this.#bases.length + places.length));
    const from = this.#basesUsed;
    this.#basesUsed += places.length;
    // Finding a base's slot may grow the arrays, so it comes before any of them is written.
    for (const [at, place] of places.entries()) {
      const base = this.#slotOf(view.bytes, view.baseKeyAt(place));
      this.#bases[from + at] = base;
    }
    this.#pack[slot] = pack;
    this.#offset[slot] = offset;
    this.#stored[slot] = view.storedBytes[index] ?? 0;
    this.#raw[slot] = view.rawBytes[index] ?? 0;
    this.#codec[slot] = view.codec[index] ?? 0;
    this.#basesFrom[slot] = from;
    this.#basesCount[slot] = places.length;
    this.#chunks++;
    this.#rawBytes += view.rawBytes[index] ?? 0;
    this.#storedBytes += view.storedBytes[index] ?? 0;
  }

  #basesOf(slot: number): Int32Array {
    const from = this.#basesFrom[slot] ?? 0;
    return this.#bases.subarray(from, from + (this.#basesCount[slot] ?? 0));
  }

  /** Calls `each` for all that `chunk` needs, bases first, and gives its depth. */
  #follow(chunk: ChunkId, each: (slot: number) => void): number | undefined {
    const slot = this.#find(chunk);
    if (slot === absent) return undefined;
    this.#walk++;
    const depth = this.#visit(slot, each);
    return depth === absent ? undefined : depth;
  }

  /** Depth of a slot; `absent` where something is missing or leans on itself. */
  #visit(slot: number, each: (slot: number) => void): number {
    // While a slot is being visited its depth is `absent`: meeting it again closes a ring.
    if (this.#walked[slot] === this.#walk) return this.#depth[slot] ?? absent;
    this.#walked[slot] = this.#walk;
    this.#depth[slot] = absent;
    if (this.#pack[slot] === absent) return absent;
    let depth = 0;
    for (const base of this.#basesOf(slot)) {
      const below = this.#visit(base, each);
      if (below === absent) return absent;
      depth = Math.max(depth, below + 1);
    }
    this.#depth[slot] = depth;
    each(slot);
    return depth;
  }

  /** The slot of a stored chunk, or `absent`. */
  #find(chunk: ChunkId): number {
    writeKey(this.#scratch, 0, chunk);
    const mask = this.#table.length - 1;
    for (let at = hash(this.#scratch, 0) & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at] ?? absent;
      if (slot === absent) return absent;
      if (this.#isKey(slot, this.#scratch, 0)) return this.#pack[slot] === absent ? absent : slot;
    }
  }

  /** The slot of a key, a new one without a pack if it was never seen. */
  #slotOf(source: Uint8Array, offset: number): number {
    if (this.#slots === this.#capacity) this.#grow();
    const mask = this.#table.length - 1;
    let at = hash(source, offset) & mask;
    for (; this.#table[at] !== absent; at = (at + 1) & mask) {
      const slot = this.#table[at] ?? absent;
      if (this.#isKey(slot, source, offset)) return slot;
    }
    const slot = this.#slots++;
    this.#table[at] = slot;
    this.#keys.set(source.subarray(offset, offset + keyBytes), keyBytes * slot);
    this.#pack[slot] = absent;
    return slot;
  }

  #isKey(slot: number, source: Uint8Array, offset: number): boolean {
    const start = keyBytes * slot;
    for (let at = 0; at < keyBytes; at++)
      if (this.#keys[start + at] !== source[offset + at]) return false;
    return true;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#keys = grown(this.#keys, new Uint8Array(keyBytes * this.#capacity));
    this.#pack = grown(this.#pack, new Float64Array(this.#capacity));
    this.#offset = grown(this.#offset, new Uint32Array(this.#capacity));
    this.#stored = grown(this.#stored, new Uint32Array(this.#capacity));
    this.#raw = grown(this.#raw, new Uint32Array(this.#capacity));
    this.#codec = grown(this.#codec, new Uint8Array(this.#capacity));
    this.#basesFrom = grown(this.#basesFrom, new Uint32Array(this.#capacity));
    this.#basesCount = grown(this.#basesCount, new Uint8Array(this.#capacity));
    this.#walked = grown(this.#walked, new Uint32Array(this.#capacity));
    this.#depth = grown(this.#depth, new Int32Array(this.#capacity));
    this.#table = new Int32Array(2 * this.#capacity).fill(absent);
    const mask = this.#table.length - 1;
    for (let slot = 0; slot < this.#slots; slot++) {
      let at = hash(this.#keys, keyBytes * slot) & mask;
      while (this.#table[at] !== absent) at = (at + 1) & mask;
      this.#table[at] = slot;
    }
  }
}

function grown<A extends { set(values: A): void }>(from: A, into: A): A {
  into.set(from);
  return into;
}

/** Ids are SHA-256, so any four of their bytes are spread evenly. */
function hash(source: Uint8Array, offset: number): number {
  return (
    (source[offset] ?? 0) |
    ((source[offset + 1] ?? 0) << 8) |
    ((source[offset + 2] ?? 0) << 16) |
    ((source[offset + 3] ?? 0) << 24)
  );
}
