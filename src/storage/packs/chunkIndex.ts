import type { ChunkId } from '../../core/ids.ts';
import { keyBytes, readKey, writeKey } from './chunkKey.ts';
import { viewDirectory } from './directory.ts';

/** Where a stored chunk lies and how to read it. */
export interface ChunkPlace {
  readonly pack: number;
  /** Byte offset in the pack. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
  readonly base: ChunkId | undefined;
}

/** What following a chunk's deltas to the chunk stored whole takes. */
export interface ChainCost {
  /** Deltas to follow; 0 for a whole chunk. */
  readonly depth: number;
  /** Stored bytes of all links. */
  readonly storedBytes: number;
}

const absent = -1;
const firstCapacity = 1024;

/**
 * All stored chunks in memory: 100 bytes each, without a string or object per chunk, so that 200,000
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
  #base = new Int32Array(firstCapacity);
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
    const base = this.#base[slot] ?? absent;
    return {
      pack: this.#pack[slot] ?? absent,
      offset: this.#offset[slot] ?? 0,
      storedBytes: this.#stored[slot] ?? 0,
      rawBytes: this.#raw[slot] ?? 0,
      codec: this.#codec[slot] ?? 0,
      base: base === absent ? undefined : readKey(this.#keys, keyBytes * base),
    };
  }

  /** Undefined when the chunk or a base of it is not stored. */
  chain(chunk: ChunkId): ChainCost | undefined {
    let slot = this.#find(chunk);
    let depth = 0;
    let storedBytes = 0;
    while (slot !== absent && this.#pack[slot] !== absent && depth <= this.#slots) {
      storedBytes += this.#stored[slot] ?? 0;
      const base = this.#base[slot] ?? absent;
      if (base === absent) return { depth, storedBytes };
      slot = base;
      depth++;
    }
    return undefined;
  }

  /** Whether a chunk outside `packs` is a delta to one inside. */
  leansOn(packs: ReadonlySet<number>): boolean {
    for (let slot = 0; slot < this.#slots; slot++) {
      const pack = this.#pack[slot] ?? absent;
      const base = this.#base[slot] ?? absent;
      if (pack === absent || base === absent || packs.has(pack)) continue;
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
    this.#directoryBytes += directory.length;
    let offset = 0;
    for (let index = 0; index < view.count; index++) {
      const at = offset;
      offset += view.storedBytes(index);
      if (view.removed(index)) continue;
      const slot = this.#slotOf(view.bytes, view.keyAt(index));
      if (this.#pack[slot] !== absent) continue;
      const baseAt = view.baseAt(index);
      // Finding the base's slot may grow the arrays, so it comes before any of them is written.
      const base = baseAt < 0 ? absent : this.#slotOf(view.bytes, baseAt);
      this.#pack[slot] = pack;
      this.#offset[slot] = at;
      this.#stored[slot] = view.storedBytes(index);
      this.#raw[slot] = view.rawBytes(index);
      this.#codec[slot] = view.codec(index);
      this.#base[slot] = base;
      this.#chunks++;
      this.#rawBytes += view.rawBytes(index);
      this.#storedBytes += view.storedBytes(index);
    }
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
    this.#base = grown(this.#base, new Int32Array(this.#capacity));
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
