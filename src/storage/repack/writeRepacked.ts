import type { ChunkId } from '../../core/ids.ts';
import type { Repacked } from '../../core/ports/contentStore.ts';
import { counter, raise } from '../database/counters.ts';
import type { RecordDatabase, WriteTransaction } from '../database/recordDatabase.ts';
import { decodeDirectory, encodeDirectory } from '../packs/directory.ts';
import type { EncodedChunk } from '../packs/encodeChunk.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { packBytes } from '../sessions/packDraft.ts';
import { PlannedForms } from './plannedForms.ts';

/** A stored chunk in the form it is to take. */
export interface NewForm {
  readonly chunk: ChunkId;
  readonly rawBytes: number;
  readonly encoded: EncodedChunk;
}

const tables = ['packs', 'directories', 'sessions', 'counters'] as const;

/**
 * Writes new forms and takes the old ones out, in one transaction that is on the disk before it
 * resolves: the old form may be the only other one. What another tab has changed since the forms
 * were planned is looked at again, and a form that is no longer allowed is left out.
 *
 * @throws LineageError `quota-exceeded`; nothing is then changed.
 */
export async function writeRepacked(
  database: RecordDatabase,
  live: LiveIndex,
  forms: readonly NewForm[],
): Promise<Repacked> {
  for (;;) {
    await live.refresh();
    const { content } = live;
    const taken = stillAllowed(live, forms, await ownedPacks(database));
    if (taken.length === 0)
      return { chunks: 0, before: 0, after: 0, packsWritten: 0, packsRemoved: 0 };
    const written = await database.write(tables, 'strict', async (tx) => {
      if ((await counter(tx, 'content')) !== content) return undefined;
      const packsRemoved = await removeOld(tx, live, taken);
      const packsWritten = await writeNew(tx, database, taken);
      await raise(tx, 'content');
      await raise(tx, 'removals');
      return { packsWritten, packsRemoved };
    });
    if (written === undefined) continue;
    const before = sum(taken.map(({ chunk }) => live.index.place(chunk)?.storedBytes ?? 0));
    const after = sum(taken.map(({ encoded }) => encoded.bytes.length));
    return { chunks: taken.length, before, after, ...written };
  }
}

/** Packs that an import may still take back. */
export async function ownedPacks(database: RecordDatabase): Promise<Set<number>> {
  const sessions = await database.read(['sessions'], (tx) => tx.entries('sessions'));
  return new Set(sessions.flatMap(([, { packs }]) => packs));
}

function stillAllowed(
  live: LiveIndex,
  forms: readonly NewForm[],
  owned: ReadonlySet<number>,
): NewForm[] {
  const planned = new PlannedForms(live);
  return forms.filter(({ chunk, rawBytes, encoded }) => {
    const place = live.sound(chunk);
    if (place === undefined || owned.has(place.pack)) return false;
    const form = { storedBytes: encoded.bytes.length, rawBytes, bases: encoded.bases };
    if (!planned.allows(chunk, form)) return false;
    planned.plan(chunk, form);
    return true;
  });
}

/** Takes chunks out of the directories that list them; gives how many packs that left empty. */
async function removeOld(
  tx: WriteTransaction,
  live: LiveIndex,
  forms: readonly NewForm[],
): Promise<number> {
  const gone = new Set(forms.map(({ chunk }) => chunk));
  const packs = new Set([...gone].map((chunk) => live.index.place(chunk)?.pack ?? -1));
  let removed = 0;
  for (const pack of packs) {
    const directory = await tx.get('directories', pack);
    if (directory === undefined) throw new Error(`pack ${pack} went within a transaction`);
    const entries = decodeDirectory(pack, directory).map((entry) =>
      gone.has(entry.chunk) ? { ...entry, removed: true } : entry,
    );
    if (entries.some((entry) => entry.removed !== true)) {
      tx.put('directories', pack, encodeDirectory(entries));
      continue;
    }
    tx.delete('packs', pack);
    tx.delete('directories', pack);
    removed++;
  }
  return removed;
}

async function writeNew(
  tx: WriteTransaction,
  database: RecordDatabase,
  forms: readonly NewForm[],
): Promise<number> {
  const packs: NewForm[][] = [];
  let filled = packBytes;
  for (const form of forms) {
    if (filled >= packBytes) {
      packs.push([]);
      filled = 0;
    }
    packs.at(-1)?.push(form);
    filled += form.encoded.bytes.length;
  }
  const first = await raise(tx, 'packs', packs.length);
  for (const [index, pack] of packs.entries()) {
    const entries = pack.map(({ chunk, rawBytes, encoded: { codec, bytes, bases } }) => ({
      chunk, rawBytes, codec, bases, storedBytes: bytes.length,
    })); // prettier-ignore
    tx.put('packs', first + index, database.packValue(pack.map(({ encoded }) => encoded.bytes)));
    tx.put('directories', first + index, encodeDirectory(entries));
  }
  return packs.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
