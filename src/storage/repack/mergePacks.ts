import type { Run } from '../../core/ports/run.ts';
import { counter, raise } from '../database/counters.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import { packPieces, type PackPiece } from '../packs/packPieces.ts';
import { decodeDirectory, encodeDirectory, type PackEntry } from '../packs/directory.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { packBytes, packChunks } from '../sessions/packDraft.ts';
import { ownedPacks } from './writeRepacked.ts';

/** A pack that is not worth a record of its own. */
interface SparsePack {
  readonly pack: number;
  readonly entries: readonly PackEntry[];
  readonly liveBytes: number;
  /** Less than half of its bytes are needed: written anew even alone. */
  readonly halfEmpty: boolean;
}

export interface Merged {
  readonly packsWritten: number;
  readonly packsRemoved: number;
}

/** A pack with fewer needed bytes is joined with others. */
const smallBytes = packBytes / 2;

const tables = ['packs', 'directories', 'sessions', 'counters'] as const;

/**
 * Writes packs that are small or less than half full together, the chunks as they are; each new
 * pack in one transaction with the end of the old ones. Packs that an import owns, and packs that
 * cannot be read, stay. Leaves off when `run` is cancelled.
 */
export async function mergePacks(
  database: RecordDatabase,
  live: LiveIndex,
  run: Run,
): Promise<Merged> {
  let packsWritten = 0;
  let packsRemoved = 0;
  const unreadable = new Set<number>();
  for (;;) {
    await live.refresh();
    const groups = groupsOf(await sparsePacks(database, live, unreadable));
    let done = 0;
    for (const group of groups) {
      if (run.signal.aborted) return { packsWritten, packsRemoved };
      run.onProgress?.({ step: 'Joining packs', done, total: groups.length, unit: 'steps' });
      const outcome = await mergeGroup(database, live.content + done, group, unreadable);
      if (outcome === 'changed') break;
      done++;
      packsWritten++;
      packsRemoved += group.length;
    }
    if (done === groups.length) break;
  }
  await live.refresh();
  return { packsWritten, packsRemoved };
}

async function sparsePacks(
  database: RecordDatabase,
  live: LiveIndex,
  unreadable: ReadonlySet<number>,
): Promise<SparsePack[]> {
  const owned = await ownedPacks(database);
  const found: SparsePack[] = [];
  for (const pack of live.index.packs) {
    if (owned.has(pack) || unreadable.has(pack)) continue;
    const directory = await database.read(['directories'], (tx) => tx.get('directories', pack));
    if (directory === undefined) continue;
    const entries = decodeDirectory(pack, directory);
    const liveBytes = sum(entries.filter(({ removed }) => removed !== true));
    const halfEmpty = liveBytes < sum(entries) / 2;
    if (halfEmpty || liveBytes < smallBytes) found.push({ pack, entries, liveBytes, halfEmpty });
  }
  return found;
}

/** Packs that go into one, in order; a lone small pack that is full enough stays as it is. */
function groupsOf(sparse: readonly SparsePack[]): SparsePack[][] {
  const groups: SparsePack[][] = [];
  let bytes = packBytes;
  let chunks = 0;
  for (const pack of sparse) {
    const more = pack.entries.length;
    if (bytes + pack.liveBytes > packBytes || chunks + more > packChunks) {
      groups.push([]);
      bytes = 0;
      chunks = 0;
    }
    groups.at(-1)?.push(pack);
    bytes += pack.liveBytes;
    chunks += more;
  }
  return groups.filter((group) => group.length > 1 || group.some(({ halfEmpty }) => halfEmpty));
}

async function mergeGroup(
  database: RecordDatabase,
  content: number,
  group: readonly SparsePack[],
  unreadable: Set<number>,
): Promise<'merged' | 'changed'> {
  const pieces: PackPiece[] = [];
  for (const { pack, entries } of group) {
    const found = await packPieces(database, pack, entries);
    if (found === undefined) {
      unreadable.add(pack);
      return 'changed';
    }
    pieces.push(...found.filter(({ entry }) => entry.removed !== true));
  }
  return database.write(tables, 'strict', async (tx) => {
    if ((await counter(tx, 'content')) !== content) return 'changed';
    if (pieces.length > 0) {
      const key = await raise(tx, 'packs');
      tx.put('packs', key, database.packValue(pieces.map(({ bytes }) => bytes)));
      tx.put('directories', key, encodeDirectory(pieces.map(({ entry }) => entry)));
    }
    for (const { pack } of group) {
      tx.delete('packs', pack);
      tx.delete('directories', pack);
    }
    await raise(tx, 'content');
    await raise(tx, 'removals');
    return 'merged';
  });
}

function sum(entries: readonly PackEntry[]): number {
  return entries.reduce((total, { storedBytes }) => total + storedBytes, 0);
}
