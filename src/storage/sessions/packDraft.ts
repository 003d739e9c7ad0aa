import type { ChunkId } from '../../core/ids.ts';
import type { EncodedChunk } from '../packs/encodeChunk.ts';
import type { Leaning } from '../packs/readBounds.ts';

/** A chunk accepted by a session and not yet in the database. */
export interface WaitingChunk {
  readonly chunk: ChunkId;
  /** The chunk itself: it may be a base of the next ones, or have to be stored whole after all. */
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly encoded: EncodedChunk;
}

/** What a waiting chunk leans on. */
export function leaningOf(waiting: WaitingChunk | undefined): Leaning | undefined {
  if (waiting === undefined) return undefined;
  const { raw, encoded } = waiting;
  return { storedBytes: encoded.bytes.length, rawBytes: raw.length, bases: encoded.bases };
}

/** Chunks that go into one pack. */
export interface PackDraft {
  readonly chunks: WaitingChunk[];
  storedBytes: number;
}

/** A pack is closed at this size, so it takes at most a chunk more: 8 MiB. */
export const packBytes = 4 * 1024 * 1024;

/** Most chunks of a pack: bounds its directory at 200 KiB. */
export const packChunks = 4096;

export function isFull(draft: PackDraft): boolean {
  return draft.storedBytes >= packBytes || draft.chunks.length >= packChunks;
}

/** Bytes a waiting chunk keeps in memory. */
export function heldBytes({ raw, encoded }: WaitingChunk): number {
  return raw.byteLength + (encoded.bytes === raw ? 0 : encoded.bytes.byteLength);
}
