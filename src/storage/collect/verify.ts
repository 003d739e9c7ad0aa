import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { StoreProblem } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import { decodeBlock } from '../log/graphBlocks.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import type { ContentRecords } from '../records/contentRecords.ts';
import { findReachable, type UnreadableRecord } from './reachable.ts';

export interface VerifyPorts {
  readonly database: RecordDatabase;
  readonly live: LiveIndex;
  readonly records: ContentRecords;
  readonly reader: ChunkReader;
  /** Takes back the mark of a chunk that was found bad before and is good. */
  readonly onGood: (chunk: ChunkId) => Promise<void>;
}

const dropAgain = 'Drop the file of one of these models again: that stores it anew.';

/** Reads and checks everything `roots` reach; lists what is wrong and goes on. Changes nothing. */
export async function verify(
  ports: VerifyPorts,
  roots: readonly SnapshotId[],
  run: Run,
): Promise<StoreProblem[]> {
  const { database, live, records } = ports;
  await live.refresh();
  const reachable = await findReachable(records, roots, () => {
    run.signal.throwIfAborted();
  });
  return [
    ...(await damagedBlocks(database)),
    ...damagedDirectories(live),
    ...reachable.unreadable.map(recordProblem),
    ...(await checkChunks(ports, reachable.chunks, run)),
  ];
}

async function damagedBlocks(database: RecordDatabase): Promise<StoreProblem[]> {
  const entries = await database.read(['blocks'], (tx) => tx.entries('blocks'));
  return entries.flatMap(([key, bytes]): StoreProblem[] =>
    'block' in decodeBlock(key, bytes)
      ? []
      : [
          {
            is: 'record-corrupt',
            key: `blocks/${key}`,
            snapshots: [],
            remedy: 'Nothing is lost: it is made again from the history at every start.',
          },
        ],
  );
}

function damagedDirectories(live: LiveIndex): StoreProblem[] {
  return [...live.damaged.keys()].map((pack) => ({
    is: 'record-corrupt',
    key: `directories/${pack}`,
    snapshots: [],
    remedy: 'The chunks it listed show as missing. Drop the files of the models named there again.',
  }));
}

function recordProblem({ table, key, snapshots, error }: UnreadableRecord): StoreProblem {
  const is = error.code === 'snapshot-missing' ? 'record-missing' : 'record-corrupt';
  return { is, key: `${table}/${key}`, snapshots, remedy: dropAgain };
}

async function checkChunks(
  { live, reader, onGood }: VerifyPorts,
  chunks: ReadonlyMap<ChunkId, readonly SnapshotId[]>,
  run: Run,
): Promise<StoreProblem[]> {
  const problems: StoreProblem[] = [];
  let done = 0;
  for (const [chunk, snapshots] of inPackOrder(live, chunks)) {
    run.signal.throwIfAborted();
    run.onProgress?.({
      step: 'Checking stored tensors',
      done: done++,
      total: chunks.size,
      unit: 'chunks',
    });
    const wasSuspect = live.suspects.has(chunk);
    try {
      await reader.read(chunk);
      if (wasSuspect) await onGood(chunk);
    } catch (error) {
      if (!isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown')) throw error;
      const remedy =
        error.code === 'codec-unknown'
          ? 'A newer version of this app has written it: update, or reload the page.'
          : dropAgain;
      problems.push({ is: error.code, key: chunk, snapshots, remedy });
    }
  }
  return problems;
}

/** Chunks as they lie in the packs, so that each pack is read once; those not stored come last. */
function inPackOrder(
  live: LiveIndex,
  chunks: ReadonlyMap<ChunkId, readonly SnapshotId[]>,
): [ChunkId, readonly SnapshotId[]][] {
  const rank = (chunk: ChunkId) => {
    const place = live.index.place(chunk);
    return place === undefined ? Infinity : place.pack * 2 ** 24 + place.offset;
  };
  return [...chunks]
    .map((entry) => ({ entry, rank: rank(entry[0]) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : Number(a.rank > b.rank)))
    .map(({ entry }) => entry);
}
