import { byteReader, type ByteReader } from '../../codecs/byteReader.ts';
import { inflateRaw } from '../../codecs/rawDeflate.ts';
import { isLineageError, type LineageError } from '../../core/lineageError.ts';

/** What a directory says of its chunks besides their ids, an array for each thing. */
export interface DirectoryColumns {
  readonly storedBytes: Uint32Array;
  readonly rawBytes: Uint32Array;
  readonly codec: Uint8Array;
  /** 1 where the chunk no longer counts as stored. */
  readonly removed: Uint8Array;
  /** Bases of chunk i: entries `basesFrom[i]` to `basesFrom[i + 1]` of `bases`. */
  readonly basesFrom: Uint32Array;
  /** Below the number of chunks: that chunk of this pack; else one of the ids of other packs. */
  readonly bases: Uint32Array;
}

/** Most bases of one chunk. */
export const mostBases = 255;

/** Most bytes of columns for each chunk: three bytes, two sizes, and a base at its longest. */
const entryLimit = 13 + 5 * mostBases;

/**
 * Reads the columns of a directory of version 2.
 *
 * @param others - bases that lie in other packs.
 * @param fail - makes the error for bytes that no `encodeDirectory` wrote.
 * @throws LineageError `record-corrupt`.
 */
export function readColumns(
  packed: Uint8Array,
  count: number,
  others: number,
  fail: (reason: string) => LineageError<'record-corrupt'>,
): DirectoryColumns {
  try {
    const unpacked = inflateRaw(packed, { limitBytes: entryLimit * count });
    const reader = byteReader(unpacked, 'directory');
    const codec = reader.take(count);
    const removed = reader.take(count);
    const basesFrom = readStarts(reader, count);
    const bases = readBases(reader, basesFrom, count, others);
    const rawBytes = Uint32Array.from({ length: count }, () => reader.varint());
    const storedBytes = Uint32Array.from({ length: count }, () => reader.varint());
    if (reader.left() > 0) throw reader.invalid('bytes are left over');
    return { storedBytes, rawBytes, codec, removed, basesFrom, bases };
  } catch (error) {
    if (isLineageError(error, 'codec-invalid')) throw fail(error.data.reason);
    throw error;
  }
}

function readStarts(reader: ByteReader, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (let index = 0; index < count; index++) {
    const bases = reader.varint();
    if (bases > mostBases) throw reader.invalid('a chunk has too many bases');
    starts[index + 1] = (starts[index] ?? 0) + bases;
  }
  return starts;
}

function readBases(
  reader: ByteReader,
  starts: Uint32Array,
  count: number,
  others: number,
): Uint32Array {
  const bases = new Uint32Array(starts[count] ?? 0);
  for (let index = 0; index < count; index++)
    for (let at = starts[index] ?? 0; at < (starts[index + 1] ?? 0); at++) {
      const place = placeOf(reader.varint(), index, count);
      if (place < 0 || place >= count + others || place === index)
        throw reader.invalid('a base is not in the list');
      bases[at] = place;
    }
  return bases;
}

/** An odd number is twice a place in the list of others, plus one; an even one a distance. */
function placeOf(written: number, index: number, count: number): number {
  if (written % 2 === 1) return count + (written - 1) / 2;
  const signed = written / 2;
  const distance = Math.floor(signed / 2);
  if (signed % 2 === 0) return index - distance;
  return index + distance < count ? index + distance : -1;
}
