import type { LineageError } from '../../core/lineageError.ts';
import { keyBytes } from './chunkKey.ts';
import type { DirectoryColumns } from './directoryColumns.ts';

const headerBytes = 16;
const entryBytes = 48;
const noBase = 0xffffffff;

/**
 * Reads the columns of a directory of version 1: 48 bytes for each chunk, which has one base or none.
 *
 * @param others - length of the list of bases: all of them, those in the same pack too.
 * @throws LineageError `record-corrupt`.
 */
export function readFirstColumns(
  view: DataView,
  count: number,
  others: number,
  fail: (reason: string) => LineageError<'record-corrupt'>,
): DirectoryColumns {
  if (headerBytes + entryBytes * count + keyBytes * others + 4 !== view.byteLength)
    throw fail('its length is wrong');
  const at = (index: number) => headerBytes + entryBytes * index;
  const codec = new Uint8Array(count);
  const removed = new Uint8Array(count);
  const basesFrom = new Uint32Array(count + 1);
  const bases: number[] = [];
  for (let index = 0; index < count; index++) {
    codec[index] = view.getUint8(at(index) + 44);
    removed[index] = view.getUint8(at(index) + 45) === 1 ? 1 : 0;
    const base = view.getUint32(at(index) + 40, true);
    if (base !== noBase) {
      if (base >= others) throw fail('a base is not in the list');
      bases.push(count + base);
    }
    basesFrom[index + 1] = bases.length;
  }
  return {
    codec,
    removed,
    basesFrom,
    bases: Uint32Array.from(bases),
    rawBytes: Uint32Array.from({ length: count }, (_, i) => view.getUint32(at(i) + 36, true)),
    storedBytes: Uint32Array.from({ length: count }, (_, i) => view.getUint32(at(i) + 32, true)),
  };
}
