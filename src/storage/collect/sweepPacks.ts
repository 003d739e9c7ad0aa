import type { ChunkId } from '../../core/ids.ts';
import type { Collected } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import { raise } from '../database/counters.ts';
import type {
  PackValue,
  ReadTransaction,
  RecordDatabase,
  WriteTransaction,
} from '../database/recordDatabase.ts';
import { decodeDirectory, encodeDirectory, type PackEntry } from '../packs/directory.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { packPieces } from '../packs/packPieces.ts';

/** A pack is written anew when less than this share of its bytes is needed. */
const leastLiveShare = 0.5;

export interface SweepPorts {
  readonly database: RecordDatabase;
  readonly live: LiveIndex;
  /** Whether what is needed is still what was found; asked in every transaction. */
  readonly stillTrue: (tx: ReadTransaction) => Promise<boolean>;
  /** Whether every needed chunk has a readable place, so that a pack without one holds nothing. */
  readonly canDropDamaged: boolean;
}

const tables = ['packs', 'directories', 'sessions', 'counters', 'suspects'] as const;

/**
 * Takes every chunk that is not `needed` out of the store, pack by pack: a pack without needed chunks
 * goes, one with few is written anew, one with many keeps its bytes and forgets the chunks.
 *
 * @param kept - packs that are not touched.
 */
export async function sweepPacks(
  ports: SweepPorts,
  needed: ReadonlySet<ChunkId>,
  kept: ReadonlySet<number>,
  run: Run,
): Promise<Collected> {
  const { live } = ports;
  const packs = [...live.index.packs].filter((pack) => !kept.has(pack));
  const damaged = ports.canDropDamaged ? [...live.damaged.keys()] : [];
  let chunks = 0;
  let bytes = 0;
  for (const [done, pack] of [...packs, ...damaged].entries()) {
    run.signal.throwIfAborted();
    const total = packs.length + damaged.length;
    run.onProgress?.({ step: 'Removing what is not used', done, total, unit: 'chunks' });
    const freed = live.damaged.has(pack)
      ? await dropDamaged(ports, pack)
      : await sweepPack(ports, pack, needed);
    if (freed === undefined) break;
    chunks += freed.chunks;
    bytes += freed.bytes;
  }
  await live.refresh();
  return { chunks, bytes };
}

/** What one pack's sweep freed; undefined if the sweep has to end. */
async function sweepPack(
  { database, stillTrue }: SweepPorts,
  pack: number,
  needed: ReadonlySet<ChunkId>,
): Promise<Collected | undefined> {
  const directory = await database.read(['directories'], (tx) => tx.get('directories', pack));
  if (directory === undefined) return { chunks: 0, bytes: 0 };
  const entries = decodeDirectory(pack, directory);
  const dead = entries.filter(({ chunk, removed }) => removed !== true && !needed.has(chunk));
  const live = entries.filter(({ chunk, removed }) => removed !== true && needed.has(chunk));
  const liveShare = sum(live) / Math.max(1, sum(entries));
  if (dead.length === 0 && liveShare >= leastLiveShare) return { chunks: 0, bytes: 0 };
  const moves = live.length > 0 && liveShare < leastLiveShare;
  const value = moves ? await liveBytes(database, pack, entries, live) : undefined;
  // On the disk before the old pack is given up, where chunks move.
  const durability = value === undefined ? 'relaxed' : 'strict';
  const done = await database.write(tables, durability, async (tx) => {
    if (!(await stillTrue(tx))) return false;
    if (live.length === 0) removePack(tx, pack);
    else if (value === undefined)
      tx.put('directories', pack, encodeDirectory(marked(entries, live)));
    else await movePack(tx, pack, database.packValue(value), live);
    for (const { chunk } of dead) tx.delete('suspects', chunk);
    await raise(tx, 'content');
    await raise(tx, 'removals');
    return true;
  });
  return done ? { chunks: dead.length, bytes: sum(dead) } : undefined;
}

async function dropDamaged(
  { database, stillTrue }: SweepPorts,
  pack: number,
): Promise<Collected | undefined> {
  const done = await database.write(tables, 'relaxed', async (tx) => {
    if (!(await stillTrue(tx))) return false;
    removePack(tx, pack);
    await raise(tx, 'content');
    await raise(tx, 'removals');
    return true;
  });
  return done ? { chunks: 0, bytes: 0 } : undefined;
}

function removePack(tx: WriteTransaction, pack: number): void {
  tx.delete('packs', pack);
  tx.delete('directories', pack);
}

async function movePack(
  tx: WriteTransaction,
  pack: number,
  value: PackValue,
  live: readonly PackEntry[],
): Promise<void> {
  const key = await raise(tx, 'packs');
  tx.put('packs', key, value);
  tx.put('directories', key, encodeDirectory(live));
  removePack(tx, pack);
  for (const [id, session] of await tx.entries('sessions'))
    if (session.packs.includes(pack)) {
      const packs = session.packs.map((owned) => (owned === pack ? key : owned));
      tx.put('sessions', id, { ...session, packs });
    }
}

/** The bytes of the needed chunks, in order; undefined if the pack cannot be read: then it stays. */
async function liveBytes(
  database: RecordDatabase,
  pack: number,
  entries: readonly PackEntry[],
  live: readonly PackEntry[],
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const wanted = new Set(live);
  const pieces = await packPieces(database, pack, entries);
  return pieces?.filter(({ entry }) => wanted.has(entry)).map(({ bytes }) => bytes);
}

function marked(entries: readonly PackEntry[], live: readonly PackEntry[]): PackEntry[] {
  const wanted = new Set(live);
  return entries.map((entry) => (wanted.has(entry) ? entry : { ...entry, removed: true }));
}

function sum(entries: readonly PackEntry[]): number {
  return entries.reduce((total, { storedBytes }) => total + storedBytes, 0);
}
