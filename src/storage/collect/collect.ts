import { graphSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import type { Collected } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import { counter } from '../database/counters.ts';
import type { ReadTransaction, RecordDatabase } from '../database/recordDatabase.ts';
import { graphOf } from '../log/blocks.ts';
import { decodeBlock } from '../log/graphBlocks.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import type { ContentRecords } from '../records/contentRecords.ts';
import type { SessionCensus, SessionRegistry } from '../sessions/sessionRegistry.ts';
import { findReachable } from './reachable.ts';
import { sweepPacks } from './sweepPacks.ts';
import { sweepRecords } from './sweepRecords.ts';

export interface CollectorPorts {
  readonly database: RecordDatabase;
  readonly live: LiveIndex;
  readonly records: ContentRecords;
  readonly registry: SessionRegistry;
}

const nothing: Collected = { chunks: 0, bytes: 0 };

/**
 * Deletes chunks and records that nothing needs. Deletes nothing
 *
 * - while an import runs in any tab: it may count on any chunk that was ever stored;
 * - once an import begins or a commit comes between, from then on: each step checks this inside its
 *   transaction;
 * - if a manifest or skeleton of a root cannot be read, for nobody knows which chunks it names:
 *   `verify` tells of it, and putting the file in again or removing the model mends it.
 */
export async function collect(
  ports: CollectorPorts,
  roots: readonly SnapshotId[],
  run: Run,
): Promise<Collected> {
  const { database, live, records, registry } = ports;
  const census = await registry.census();
  if (census.alive) return nothing;
  const graph = await database.read(['blocks', 'counters'], graphRoots);
  if (graph === undefined) return nothing;
  await live.refresh();
  const snapshots = [...new Set([...roots, ...graph.snapshots])];
  const total = snapshots.length;
  let done = 0;
  const reachable = await findReachable(records, snapshots, () => {
    run.signal.throwIfAborted();
    run.onProgress?.({ step: 'Finding what is used', done: done++, total, unit: 'models' });
  });
  if (reachable.unreadable.length > 0) return nothing;
  const stillTrue = (tx: ReadTransaction) => isUnchanged(tx, census, graph.commits);
  const kept = packsOfSessions(census);
  const needed = withBases(live, [...reachable.chunks.keys()], kept);
  const missing = [...reachable.chunks.keys()].some((chunk) => !live.index.has(chunk));
  const swept = await sweepPacks(
    { database, live, stillTrue, canDropDamaged: !missing },
    needed,
    kept,
    run,
  );
  await sweepRecords(database, stillTrue, new Set(snapshots), reachable.skeletons, census);
  return swept;
}

interface GraphRoots {
  readonly snapshots: readonly SnapshotId[];
  readonly commits: number;
}

/** Snapshots of all stored nodes and data sets; undefined if a block is damaged, for then nobody knows them all. */
async function graphRoots(tx: ReadTransaction): Promise<GraphRoots | undefined> {
  const blocks = (await tx.entries('blocks')).map(([key, bytes]) => decodeBlock(key, bytes));
  const whole = blocks.flatMap((read) =>
    'block' in read ? [[read.key, read.block] as const] : [],
  );
  if (whole.length < blocks.length) return undefined;
  const snapshots = [...graphSnapshots(graphOf(whole))];
  return { snapshots, commits: await counter(tx, 'commits') };
}

/** Whether no session began or went on, and nothing was committed, since the roots were found. */
async function isUnchanged(
  tx: ReadTransaction,
  census: SessionCensus,
  commits: number,
): Promise<boolean> {
  if ((await counter(tx, 'commits')) !== commits) return false;
  const sessions = await tx.entries('sessions');
  return sessions.every(([id, { opened }]) => census.dead.get(id)?.opened === opened);
}

/** Packs of imports that a crash ended and that may be resumed. */
function packsOfSessions({ dead, resumable }: SessionCensus): Set<number> {
  const packs = new Set<number>();
  for (const [id, record] of dead)
    if (resumable.has(id)) for (const pack of record.packs) packs.add(pack);
  return packs;
}

/** The chunks named and those in kept packs, with every base below them. */
function withBases(
  live: LiveIndex,
  named: readonly ChunkId[],
  kept: ReadonlySet<number>,
): Set<ChunkId> {
  const needed = new Set<ChunkId>();
  const add = (chunk: ChunkId) => {
    const open = [chunk];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (needed.has(next)) continue;
      needed.add(next);
      open.push(...(live.index.place(next)?.bases ?? []));
    }
  };
  named.forEach(add);
  if (kept.size > 0)
    for (const chunk of live.index.ids())
      if (kept.has(live.index.place(chunk)?.pack ?? -1)) add(chunk);
  return needed;
}
