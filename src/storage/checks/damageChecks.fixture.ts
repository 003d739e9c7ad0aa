import type { ChunkId, ImportId, SnapshotId } from '../../core/ids.ts';
import type { NewChunk, StoreProblem } from '../../core/ports/contentStore.ts';
import type { PackValue, TableName, Tables } from '../database/recordDatabase.ts';
import type { Stores } from '../openStores.ts';
import { equal, equalContent, fails, type StoreBench, type StoreCheck } from './check.fixture.ts';
import {
  adding,
  chunkOf,
  idle,
  nodeOf,
  noise,
  operationOf,
  pendingOf,
  putSnapshot,
  varied,
} from './content.fixture.ts';

type BytesTable = Exclude<TableName, 'pending' | 'suspects' | 'sessions' | 'counters' | 'names'>;

/** That damage is found, named, and mended by putting the content again. */
export const damageChecks: readonly StoreCheck[] = [
  {
    name: 'finds a flipped bit in any chunk, names what it affects, and heals when it is put again',
    async run(bench) {
      const { base, delta, other, snapshots } = await family(bench);
      // The pack holds base, delta and other, one after the other.
      await flip(bench, 'packs', 0, 20);
      const stores = await bench.open();
      await fails('chunk-corrupt', stores.content.read(base.chunk));
      const found = await stores.content.verify(snapshots, idle);
      equal(found.map(factOf).sort(), [
        `chunk-corrupt ${base.chunk} ${snapshots[0] ?? ''}`,
        `chunk-corrupt ${delta.chunk} ${snapshots[1] ?? ''}`,
      ].sort()); // prettier-ignore
      equalContent(await stores.content.read(other.chunk), other.bytes);
      equal(await stores.content.has([base.chunk, other.chunk]), [false, true]);
      stores.close();
      const after = await bench.open();
      equal(await after.content.has([base.chunk]), [false]);
      await putAgain(after, [base, delta]);
      equal(await after.content.verify(snapshots, idle), []);
      equalContent(await after.content.read(delta.chunk), delta.bytes);
      equal(await after.content.has([base.chunk]), [true]);
      equal((await after.content.totals()).chunks, 3);
    },
  },
  {
    name: 'heals a delta whose base is bad from the file of the delta alone',
    async run(bench) {
      const { base, delta, snapshots } = await family(bench);
      await flip(bench, 'packs', 0, 20);
      const stores = await bench.open();
      await stores.content.verify(snapshots, idle);
      await putAgain(stores, [delta]);
      equalContent(await stores.content.read(delta.chunk), delta.bytes);
      equal(
        (await stores.content.verify(snapshots, idle)).map(({ key }) => key),
        [base.chunk],
      );
      await putAgain(stores, [base]);
      equal(await stores.content.verify(snapshots, idle), []);
    },
  },
  {
    name: 'keeps what healed other models when the import that brought it is taken back',
    async run(bench) {
      const { base, snapshots } = await family(bench);
      await flip(bench, 'packs', 0, 20);
      const stores = await bench.open();
      await stores.content.verify(snapshots, idle);
      const session = await stores.content.session('again' as ImportId);
      await session.put([{ ...base, bytes: base.bytes.slice() }]);
      await session.flush();
      await session.discard();
      equal(await stores.content.verify(snapshots, idle), []);
    },
  },
  {
    name: 'goes on after a damaged directory, and heals what it listed',
    async run(bench) {
      const { base, delta, other, snapshots } = await family(bench);
      await flip(bench, 'directories', 0, 30);
      const stores = await bench.open();
      equal(await stores.content.has([base.chunk]), [false]);
      await fails('chunk-missing', stores.content.read(base.chunk));
      const found = await stores.content.verify(snapshots, idle);
      equal(found.map(({ is }) => is).sort(), [
        'chunk-missing', 'chunk-missing', 'chunk-missing', 'record-corrupt',
      ]); // prettier-ignore
      equal(await stores.content.collect(snapshots, idle), { chunks: 0, bytes: 0 });
      await putAgain(stores, [base, delta, other]);
      await stores.content.collect(snapshots, idle);
      equal(await stores.content.verify(snapshots, idle), []);
    },
  },
  {
    name: 'tells of a pack that is gone or cut off, and heals it',
    async run(bench) {
      const { base, delta, other, snapshots } = await family(bench);
      const raw = await bench.raw();
      await raw.write(['packs'], 'relaxed', (tx) => {
        tx.put('packs', 0, raw.packValue([new Uint8Array(10)]));
        return Promise.resolve();
      });
      const stores = await bench.open();
      equal((await stores.content.verify(snapshots, idle)).length, 3);
      await putAgain(stores, [base, delta, other]);
      equal(await stores.content.verify(snapshots, idle), []);
    },
  },
  {
    name: 'names a damaged manifest and skeleton, collects nothing meanwhile, and heals them',
    async run(bench) {
      const { base, delta, other, snapshots } = await family(bench);
      const [manifest = ''] = snapshots;
      await flip(bench, 'manifests', manifest, 40);
      const stores = await bench.open();
      await fails('record-corrupt', stores.content.manifest(manifest as SnapshotId));
      // The other manifests are patches to this one.
      equal(
        (await stores.content.verify(snapshots, idle)).map(factOf).sort(),
        snapshots.map((one) => `record-corrupt manifests/${one} ${one}`).sort(),
      );
      equal(await stores.content.collect(snapshots, idle), { chunks: 0, bytes: 0 });
      equal(await putSnapshot(stores.content, 'base', [base]), manifest);
      equal(await stores.content.verify(snapshots, idle), []);
      const { skeleton } = await stores.content.manifest(manifest as SnapshotId);
      await flip(bench, 'skeletons', skeleton, 9);
      const [problem] = await stores.content.verify(snapshots, idle);
      equal([problem?.is, problem?.key, problem?.snapshots.length], [
        'record-corrupt', `skeletons/${skeleton}`, 3,
      ]); // prettier-ignore
      await putSnapshot(stores.content, 'other', [other]);
      equal(await stores.content.verify(snapshots, idle), []);
      equalContent(await stores.content.read(delta.chunk), delta.bytes);
    },
  },
  {
    name: 'makes a damaged block of the graph again from the history',
    async run(bench) {
      await family(bench);
      const stores = await bench.open();
      const before = await stores.log.load();
      const raw = await bench.raw();
      const keys = await raw.read(['blocks'], (tx) => tx.keys('blocks'));
      for (const key of keys) await flip(bench, 'blocks', key, 25);
      equal(await stores.log.load(), before);
      const problems = await stores.content.verify([], idle);
      equal(problems.length, keys.length);
      const changes = before.nodes.map(
        (node) => ({ of: 'node', before: node, after: { ...node, notes: 'n' } }) as const,
      );
      await stores.log.commit(operationOf(...changes));
      equal(
        (await stores.log.load()).nodes.map(({ notes }) => notes),
        ['n', 'n', 'n'],
      );
      equal(await stores.content.verify([], idle), []);
    },
  },
  {
    name: 'says so when an operation of the history is damaged',
    async run(bench) {
      await family(bench);
      await flip(bench, 'operations', 1, 12);
      const stores = await bench.open();
      await fails('record-corrupt', stores.log.operations());
      equal((await stores.log.load()).nodes.length, 3);
    },
  },
];

/** Three models in one pack: `base`, `delta` against it, and `other`. */
async function family(bench: StoreBench) {
  const stores = await bench.open();
  const base = await chunkOf(noise(4000, 1));
  const delta = await chunkOf(varied(base.bytes, 900), [base.chunk]);
  const other = await chunkOf(noise(4000, 2));
  const id = 'family' as ImportId;
  await stores.log.beginImport(pendingOf(id));
  const session = await stores.content.session(id);
  await session.put(
    [base, delta, other].map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })),
  );
  await session.flush();
  const snapshots: SnapshotId[] = [];
  for (const [name, chunk] of Object.entries({ base, delta, other })) {
    const snapshot = await putSnapshot(stores.content, name, [chunk]);
    snapshots.push(snapshot);
    await stores.log.commit(adding(nodeOf(name, snapshot)));
  }
  await stores.log.endImport(id);
  stores.close();
  return { base, delta, other, snapshots };
}

async function putAgain({ content, log }: Stores, chunks: readonly NewChunk[]): Promise<void> {
  const session = await content.session('again' as ImportId);
  const missing = await content.has(chunks.map(({ chunk }) => chunk));
  const wanted = chunks.filter((_, at) => missing[at] !== true);
  await session.put(wanted.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })));
  await session.flush();
  await log.endImport(session.id);
}

/** Turns one bit of a stored record over. */
async function flip<Name extends BytesTable>(
  bench: StoreBench,
  table: Name,
  key: Tables[Name]['key'],
  at: number,
): Promise<void> {
  const raw = await bench.raw();
  const value = (await raw.read([table], (tx) => tx.get(table, key))) as PackValue | undefined;
  if (value === undefined) throw new Error(`no ${table}/${key}`);
  const bytes =
    value instanceof Uint8Array ? value.slice() : new Uint8Array(await value.arrayBuffer());
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await raw.write([table], 'relaxed', (tx) => {
    tx.put(table, key, table === 'packs' ? raw.packValue([bytes]) : bytes);
    return Promise.resolve();
  });
}

function factOf({ is, key, snapshots }: StoreProblem): string {
  return `${is} ${key as ChunkId} ${snapshots.join(',')}`;
}
