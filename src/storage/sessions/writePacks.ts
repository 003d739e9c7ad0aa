import type { ChunkId, ImportId } from '../../core/ids.ts';
import { counter, raise } from '../database/counters.ts';
import type { RecordDatabase, WriteTransaction } from '../database/recordDatabase.ts';
import { rawCodec, decodeDirectory, encodeDirectory, type PackEntry } from '../packs/directory.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { costOf, isWithinBounds, type Leaning } from '../packs/readBounds.ts';
import { leaningOf, type PackDraft, type WaitingChunk } from './packDraft.ts';

/** A pack ready to be written. */
interface SealedPack {
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly directory: Uint8Array<ArrayBuffer>;
  /** Chunks whose bad stored form elsewhere this pack replaces. */
  readonly replaced: readonly ChunkId[];
}

/**
 * Writes packs and their directories in one transaction of relaxed durability, owned by the session.
 *
 * A chunk is stored once: what another tab has stored meanwhile is left out, checked inside the
 * transaction. So deltas never lean on each other in a ring, and nothing has two places.
 *
 * @throws LineageError `quota-exceeded`; nothing is then written.
 */
export async function writePacks(
  database: RecordDatabase,
  live: LiveIndex,
  session: ImportId,
  drafts: readonly PackDraft[],
): Promise<void> {
  for (;;) {
    await live.refresh();
    const { content } = live;
    const packs = sealAll(drafts, live);
    if (packs.length === 0) return;
    const written = await database.write(
      ['packs', 'directories', 'sessions', 'counters', 'suspects'],
      'relaxed',
      async (tx) => {
        if ((await counter(tx, 'content')) !== content) return undefined;
        return writeSealed(tx, database, live, session, packs);
      },
    );
    if (written === undefined) continue;
    if (packs.every(({ replaced }) => replaced.length === 0)) live.added(content, written);
    return;
  }
}

function sealAll(drafts: readonly PackDraft[], live: LiveIndex): SealedPack[] {
  const own = new Map<ChunkId, Leaning>();
  return drafts.map((draft) => seal(draft, live, own)).filter(({ parts }) => parts.length > 0);
}

/** @param own - chunks of this transaction so far; those of `draft` are added. */
function seal(draft: PackDraft, live: LiveIndex, own: Map<ChunkId, Leaning>): SealedPack {
  const chunks = draft.chunks.filter(({ chunk }) => !live.isSound(chunk));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const entries = chunks.map((waiting): PackEntry => {
    const { chunk, raw } = waiting;
    const { codec, bytes, bases } = isLeanable(waiting, live, own)
      ? waiting.encoded
      : { codec: rawCodec, bytes: raw, bases: [] };
    parts.push(bytes);
    const entry = { chunk, storedBytes: bytes.length, rawBytes: raw.length, codec, bases };
    own.set(chunk, entry);
    return entry;
  });
  return {
    parts,
    directory: encodeDirectory(entries),
    replaced: chunks.flatMap(({ chunk }) => (live.index.has(chunk) ? [chunk] : [])),
  };
}

/**
 * Whether every base is still there, stored and sound or before it in the same transaction, and the
 * chunk within the bounds of reading: since it was encoded, another tab may have stored a base in
 * another form. What replaces a bad chunk leans on nothing: others may lean on it.
 */
function isLeanable(
  waiting: WaitingChunk,
  live: LiveIndex,
  own: ReadonlyMap<ChunkId, Leaning>,
): boolean {
  const { bases } = waiting.encoded;
  if (bases.length === 0) return true;
  if (live.index.has(waiting.chunk)) return false;
  const lookUp = (one: ChunkId) =>
    one === waiting.chunk ? leaningOf(waiting) : (own.get(one) ?? live.sound(one));
  const cost = costOf(waiting.chunk, lookUp);
  return cost !== undefined && isWithinBounds(cost, waiting.raw.length);
}

async function writeSealed(
  tx: WriteTransaction,
  database: RecordDatabase,
  live: LiveIndex,
  session: ImportId,
  packs: readonly SealedPack[],
): Promise<[number, Uint8Array][]> {
  const record = await tx.get('sessions', session);
  if (record === undefined) throw new Error(`import ${session} has ended`);
  const first = await raise(tx, 'packs', packs.length);
  const owned: number[] = [];
  const written: [number, Uint8Array][] = [];
  for (const [index, pack] of packs.entries()) {
    const key = first + index;
    tx.put('packs', key, database.packValue(pack.parts));
    tx.put('directories', key, pack.directory);
    written.push([key, pack.directory]);
    // What mends other models' chunks stays even if this import is taken back.
    if (pack.replaced.length === 0) owned.push(key);
    else await removeOld(tx, live, new Set(pack.replaced));
  }
  tx.put('sessions', session, { ...record, packs: [...record.packs, ...owned] });
  await raise(tx, 'content');
  return written;
}

/** Takes chunks out of the directories that still list their bad form. */
async function removeOld(
  tx: WriteTransaction,
  live: LiveIndex,
  chunks: ReadonlySet<ChunkId>,
): Promise<void> {
  const packs = new Set<number>();
  for (const chunk of chunks) {
    const place = live.index.place(chunk);
    if (place !== undefined) packs.add(place.pack);
    tx.delete('suspects', chunk);
  }
  for (const pack of packs) {
    const directory = await tx.get('directories', pack);
    if (directory === undefined) continue;
    const entries = decodeDirectory(pack, directory).map((entry) =>
      chunks.has(entry.chunk) ? { ...entry, removed: true } : entry,
    );
    tx.put('directories', pack, encodeDirectory(entries));
  }
  await raise(tx, 'removals');
}
