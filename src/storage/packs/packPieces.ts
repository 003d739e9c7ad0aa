import type { PackValue, RecordDatabase } from '../database/recordDatabase.ts';
import type { PackEntry } from './directory.ts';

/** The stored form of one chunk, as it lies in its pack. */
export interface PackPiece {
  readonly entry: PackEntry;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A pack cut into its chunks, removed ones included. Undefined if it is gone, cannot be read, or is
 * not as long as its directory says: then its bytes are nobody's.
 */
export async function packPieces(
  database: RecordDatabase,
  pack: number,
  entries: readonly PackEntry[],
): Promise<PackPiece[] | undefined> {
  const value = await database.read(['packs'], (tx) => tx.get('packs', pack));
  const bytes = value && (await wholeBytes(value));
  if (bytes === undefined) return undefined;
  let end = 0;
  const pieces = entries.map((entry) => {
    end += entry.storedBytes;
    return { entry, bytes: bytes.subarray(end - entry.storedBytes, end) };
  });
  return end === bytes.length ? pieces : undefined;
}

async function wholeBytes(value: PackValue): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (value instanceof Uint8Array) return value;
  try {
    return new Uint8Array(await value.arrayBuffer());
  } catch (error) {
    // The browser has lost the file behind the Blob: `verify` tells of its chunks.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
