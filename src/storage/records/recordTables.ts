import { isLineageError, LineageError } from '../../core/lineageError.ts';
import { raise } from '../database/counters.ts';
import type {
  ReadTransaction,
  RecordDatabase,
  WriteTransaction,
} from '../database/recordDatabase.ts';
import { equalBytes } from '../packs/equalBytes.ts';
import { checkedBody, withChecksum } from './checkedJson.ts';
import { likeness } from './likeness.ts';
import { baseOf, packAsPatch, packBytesOf, unpackBytes } from './packedText.ts';

/** Tables whose records may lean on others of the same table. */
export type RecordTable = 'skeletons' | 'manifests' | 'derived';

type Bytes = Uint8Array<ArrayBuffer>;

/** Records under their keys, packed alone or as patches to others of their kind. */
export interface RecordTables {
  /** Unpacked; undefined for one that is not there. @throws LineageError `record-corrupt`. */
  get(table: RecordTable, key: string): Promise<Bytes | undefined>;
  /** Stores `bytes`; does nothing where they are stored already. Mends a damaged copy. */
  put(table: RecordTable, key: string, bytes: Bytes): Promise<void>;
}

/** Patches to follow from a record to a whole one, at most. */
const maxPatches = 4;

/** A patch has to save this share of the record to be worth another read. */
const leastSaving = 0.1;

/** A record as it is stored. */
interface Link {
  readonly key: string;
  readonly stored: Bytes;
}

interface PatchedRecord {
  /** The record it leans on, and those that one leans on. */
  readonly base: readonly Link[];
  readonly packed: Bytes;
}

export function recordTables(database: RecordDatabase): RecordTables {
  const alike = likeness();

  async function read(table: RecordTable, key: string): Promise<readonly Link[]> {
    return database.read([table], (tx) => linksOf(tx, table, key));
  }

  async function get(table: RecordTable, key: string): Promise<Bytes | undefined> {
    const links = await read(table, key);
    if (links.length === 0) return undefined;
    const bytes = unpackLinks(table, links);
    if (mayLean(table, key)) alike.remember(groupOf(table, key), idOf(key), bytes);
    return bytes;
  }

  /** A patch to the record most like it, where that can be read. */
  async function patchOf(
    table: RecordTable,
    key: string,
    bytes: Bytes,
  ): Promise<PatchedRecord | undefined> {
    const group = groupOf(table, key);
    const id = alike.nearest(group, idOf(key), bytes);
    if (id === undefined) return undefined;
    const base = await read(table, withId(key, id));
    const baseBytes = base.length === 0 ? undefined : readable(() => unpackLinks(table, base));
    if (baseBytes !== undefined && base.length <= maxPatches)
      return { base, packed: packAsPatch(bytes, { id, bytes: baseBytes }) };
    alike.forget(group, id);
    return undefined;
  }

  return {
    get,
    async put(table, key, bytes) {
      const links = await read(table, key);
      const before = links.length === 0 ? undefined : readable(() => unpackLinks(table, links));
      if (before !== undefined && equalBytes(before, bytes)) return;
      const whole = packBytesOf(bytes);
      // What takes the place of another leans on nothing: others may lean on it.
      const patch =
        links.length === 0 && mayLean(table, key) ? await patchOf(table, key, bytes) : undefined;
      const pays = patch && patch.packed.length <= whole.length * (1 - leastSaving);
      await database.write([table, 'counters'], 'relaxed', async (tx) => {
        const stored = await tx.get(table, key);
        if (stored !== undefined && before !== undefined) await freeOthers(tx, table, key, before);
        const taken =
          pays === true && stored === undefined && (await isThere(tx, table, patch.base));
        await replace(tx, table, key, taken ? patch.packed : whole);
      });
      if (!mayLean(table, key)) return;
      alike.forget(groupOf(table, key), idOf(key));
      alike.remember(groupOf(table, key), idOf(key), bytes);
    },
  };
}

/** Removes a record, if it is there. The transaction spans its table and `counters`. */
export async function removeRecord(
  tx: WriteTransaction,
  table: RecordTable,
  key: string,
): Promise<void> {
  const before = await tx.get(table, key);
  if (before === undefined) return;
  tx.delete(table, key);
  await raise(tx, 'recordBytes', -before.length);
}

/** `keys` with those of all records that they lean on. Reads every record of `keys`. */
export async function withBaseRecords(
  tx: ReadTransaction,
  table: RecordTable,
  keys: readonly string[],
): Promise<Set<string>> {
  const found = new Set(keys);
  for (const key of found) {
    const stored = mayLean(table, key) ? await tx.get(table, key) : undefined;
    const base = stored && baseOf(bodyOf(table, stored));
    if (base !== undefined) found.add(withId(key, base));
  }
  return found;
}

/** A record and all that it leans on, itself first. */
async function linksOf(tx: ReadTransaction, table: RecordTable, key: string): Promise<Link[]> {
  const links: Link[] = [];
  let next: string | undefined = key;
  while (next !== undefined && links.length <= maxPatches) {
    const stored: Bytes | undefined = await tx.get(table, next);
    if (stored === undefined) break;
    links.push({ key: next, stored });
    const base = baseOf(bodyOf(table, stored));
    next = base === undefined ? undefined : withId(key, base);
  }
  return links;
}

/** The first of the links unpacked. @throws LineageError `record-corrupt`. */
function unpackLinks(table: RecordTable, links: readonly Link[]): Bytes {
  let bytes: Bytes | undefined;
  for (const { key, stored } of links.toReversed()) {
    const packed = table === 'derived' ? checkedBody(table, key, stored) : stored;
    try {
      bytes = unpackBytes(packed, bytes);
    } catch (error) {
      if (!isLineageError(error, 'codec-invalid')) throw error;
      const { reason } = error.data;
      throw new LineageError('record-corrupt', { table, key, reason }, { cause: error });
    }
  }
  if (bytes === undefined) throw new Error('a record without links');
  return bytes;
}

/** Whether records are stored as they were when they were read. */
async function isThere(
  tx: ReadTransaction,
  table: RecordTable,
  links: readonly Link[],
): Promise<boolean> {
  for (const { key, stored } of links) {
    const now = await tx.get(table, key);
    if (now === undefined || !equalBytes(now, stored)) return false;
  }
  return true;
}

/**
 * Stores the records that lean on `key` whole: it is about to change. Only derived values ever do,
 * when they are made anew by another way of making them.
 *
 * @param before - the record, unpacked.
 */
async function freeOthers(
  tx: WriteTransaction,
  table: RecordTable,
  key: string,
  before: Bytes,
): Promise<void> {
  if (table !== 'derived' || !mayLean(table, key)) return;
  for (const other of await tx.keys(table)) {
    if (groupOf(table, other) !== groupOf(table, key)) continue;
    const stored = await tx.get(table, other);
    if (stored === undefined || baseOf(bodyOf(table, stored)) !== idOf(key)) continue;
    const bytes = readable(() => unpackBytes(bodyOf(table, stored), before));
    if (bytes !== undefined) await replace(tx, table, other, packBytesOf(bytes));
  }
}

async function replace(
  tx: WriteTransaction,
  table: RecordTable,
  key: string,
  packed: Bytes,
): Promise<void> {
  const before = await tx.get(table, key);
  const value = table === 'derived' ? withChecksum(packed) : packed;
  tx.put(table, key, value);
  await raise(tx, 'recordBytes', value.length - (before?.length ?? 0));
}

/** The packed bytes, without the checksum that derived values have. */
function bodyOf(table: RecordTable, stored: Uint8Array): Uint8Array {
  return table === 'derived' ? stored.subarray(4) : stored;
}

/** Results of tests change all the time, so they lean on nothing. */
function mayLean(table: RecordTable, key: string): boolean {
  return table !== 'derived' || !key.endsWith('/tests');
}

/** Records of one group may lean on each other. */
function groupOf(table: RecordTable, key: string): string {
  return table + key.slice(idOf(key).length);
}

/** The snapshot or skeleton of a key, `<id>` or `<id>/<kind>`. */
function idOf(key: string): string {
  const end = key.indexOf('/');
  return end < 0 ? key : key.slice(0, end);
}

function withId(key: string, id: string): string {
  return id + key.slice(idOf(key).length);
}

function readable(unpack: () => Bytes): Bytes | undefined {
  try {
    return unpack();
  } catch (error) {
    if (isLineageError(error, 'record-corrupt', 'codec-invalid')) return undefined;
    throw error;
  }
}
