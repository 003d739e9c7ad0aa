import type { ChunkId, ImportId, SnapshotId } from '../../core/ids.ts';
import { decodeDirectory } from '../packs/directory.ts';
import { equal, equalContent, fails, type StoreCheck } from './check.fixture.ts';
import {
  adding,
  chunkOf,
  nodeOf,
  noise,
  pendingOf,
  putSnapshot,
  varied,
} from './content.fixture.ts';

const importId = 'import-1' as ImportId;
const unknown = 'ab'.repeat(32) as ChunkId;

/** What `ContentStore` and `ImportSession` promise of storing and reading. */
export const contentChecks: readonly StoreCheck[] = [
  {
    name: 'gives back the bytes of what was put, after a reload too',
    async run(bench) {
      const stores = await bench.open();
      const chunks = await Promise.all([1, 100, 70_000].map((size) => chunkOf(noise(size, size))));
      const session = await stores.content.session(importId);
      await session.put(chunks.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })));
      await session.flush();
      stores.close();
      const { content } = await bench.open();
      for (const { chunk, bytes } of chunks) equalContent(await content.read(chunk), bytes);
      equal(await content.has([...chunks.map(({ chunk }) => chunk), unknown]), [
        true,
        true,
        true,
        false,
      ]);
      await fails('chunk-missing', content.read(unknown));
    },
  },
  {
    name: 'stores equal bytes once, in one put, in two, and in two imports',
    async run(bench) {
      const { content } = await bench.open();
      const chunk = await chunkOf(noise(5000, 1));
      const first = await content.session(importId);
      await first.put([chunk, chunk]);
      await first.put([chunk]);
      await first.flush();
      const second = await content.session('import-2' as ImportId);
      await second.put([chunk]);
      await second.flush();
      const { chunks, rawBytes, storedBytes } = await content.totals();
      equal({ chunks, rawBytes, storedBytes }, { chunks: 1, rawBytes: 5000, storedBytes: 5000 });
    },
  },
  {
    name: 'stores a chunk as a delta where that pays, and follows chains of them',
    async run(bench) {
      const { content } = await bench.open();
      const session = await content.session(importId);
      const first = await chunkOf(noise(100_000, 1));
      const second = await chunkOf(varied(first.bytes, 500), [first.chunk]);
      const third = await chunkOf(varied(second.bytes, 700), [second.chunk]);
      const other = await chunkOf(noise(100_000, 9), [first.chunk]);
      await session.put([first, second]);
      await session.flush();
      await session.put([third, other]);
      await session.flush();
      const described = await content.describe([first, second, third, other].map((c) => c.chunk));
      equal(described.map((storage) => [storage?.codec, storage?.depth, ...(storage?.bases ?? [])]), [
        ['raw', 0], ['sparse', 1, first.chunk], ['sparse', 2, second.chunk], ['raw', 0],
      ]); // prettier-ignore
      for (const { chunk, bytes } of [third, second, first, other])
        equalContent(await content.read(chunk), bytes);
    },
  },
  {
    name: 'keeps chains of deltas within the limits of depth and of what a read costs',
    async run(bench) {
      const { content } = await bench.open();
      const session = await content.session(importId);
      const chain = [await chunkOf(noise(70_000, 1))];
      for (let at = 1; at < 30; at++) {
        const last = chain[at - 1];
        if (last) chain.push(await chunkOf(varied(last.bytes, at % 2 ? 10_000 : 11), [last.chunk]));
      }
      await session.put(chain);
      await session.flush();
      const index = await content.describe(chain.map(({ chunk }) => chunk));
      const byId = new Map(index.map((storage) => [storage?.chunk, storage]));
      for (const storage of index) {
        let cost = 0;
        for (let next = storage; next; next = byId.get(next.bases[0] ?? unknown))
          cost += next.storedBytes;
        equal((storage?.depth ?? 99) <= 8, true);
        equal(cost <= 8 * 1024 * 1024, true);
      }
      equal(index.filter((storage) => (storage?.depth ?? 0) > 0).length > 15, true);
      for (const { chunk, bytes } of chain) equalContent(await content.read(chunk), bytes);
    },
  },
  {
    name: 'is not troubled by a base that is missing, of another length, or the chunk itself',
    async run(bench) {
      const { content } = await bench.open();
      const session = await content.session(importId);
      const short = await chunkOf(noise(400, 1));
      const chunk = await chunkOf(noise(500, 2));
      await session.put([short, { ...chunk, bases: [unknown, short.chunk, chunk.chunk] }]);
      await session.flush();
      equalContent(await content.read(chunk.chunk), chunk.bytes);
    },
  },
  {
    name: 'removes everything when an import is taken back',
    async run(bench) {
      const { content } = await bench.open();
      const session = await content.session(importId);
      await session.put([await chunkOf(noise(5000, 1)), await chunkOf(noise(100, 2))]);
      await session.flush();
      await session.put([await chunkOf(noise(60, 3))]);
      await session.discard();
      const { chunks, storedBytes } = await content.totals();
      equal({ chunks, storedBytes }, { chunks: 0, storedBytes: 0 });
      equal(await (await bench.raw()).read(['packs'], (tx) => tx.keys('packs')), []);
    },
  },
  {
    name: 'keeps what another import has counted on when the one that wrote it is taken back',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const shared = await chunkOf(noise(5000, 1));
      const mine = await one.content.session(importId);
      await mine.put([shared]);
      await mine.flush();
      const theirs = await two.content.session('import-2' as ImportId);
      equal(await two.content.has([shared.chunk]), [true]);
      const snapshot = await putSnapshot(two.content, 'b', [shared]);
      await mine.discard();
      await two.log.commit(adding(nodeOf('b', snapshot)), theirs.id);
      equalContent(await two.content.read(shared.chunk), shared.bytes);
    },
  },
  {
    name: 'keeps a chunk that another import found stored and committed when its writer is taken back',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const shared = await chunkOf(noise(5000, 1));
      const mine = await one.content.session(importId);
      await mine.put([shared]);
      await mine.flush();
      const theirs = await two.content.session('import-2' as ImportId);
      const snapshot = await putSnapshot(two.content, 'b', [shared]);
      await two.log.commit(adding(nodeOf('b', snapshot)), theirs.id);
      await mine.discard();
      equalContent(await two.content.read(shared.chunk), shared.bytes);
    },
  },
  {
    name: 'stores a chunk once though two tabs write it at the same moment',
    async run(bench) {
      const tabs = [await bench.open(), await bench.open(), await bench.open()];
      const chunks = await Promise.all([1, 2, 3].map((seed) => chunkOf(noise(3000, seed))));
      const sessions = await Promise.all(
        tabs.map(({ content }, tab) => content.session(`tab-${tab}` as ImportId)),
      );
      for (const session of sessions)
        await session.put(chunks.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })));
      await Promise.all(sessions.map((session) => session.flush()));
      const raw = await bench.raw();
      const directories = await raw.read(['directories'], (tx) => tx.entries('directories'));
      const listed = directories.flatMap(([pack, bytes]) => decodeDirectory(pack, bytes));
      equal(listed.length, 3);
      for (const { content } of tabs)
        for (const { chunk, bytes } of chunks) equalContent(await content.read(chunk), bytes);
    },
  },
  {
    name: 'keeps what another import has committed when the one that wrote it is taken back',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const base = await chunkOf(noise(5000, 1));
      const delta = await chunkOf(varied(base.bytes, 999), [base.chunk]);
      const mine = await one.content.session(importId);
      await mine.put([base]);
      await mine.flush();
      const theirs = await two.content.session('import-2' as ImportId);
      await theirs.put([delta]);
      await theirs.flush();
      const snapshot = await putSnapshot(two.content, 'b', [delta]);
      await two.log.commit(adding(nodeOf('b', snapshot)), theirs.id);
      await mine.discard();
      equalContent(await one.content.read(delta.chunk), delta.bytes);
    },
  },
  {
    name: 'lets two tabs import the same and different chunks at once',
    async run(bench) {
      const tabs = [await bench.open(), await bench.open()];
      const chunks = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((seed) => chunkOf(noise(3000, seed))),
      );
      await Promise.all(
        tabs.map(async ({ content, log }, tab) => {
          const id = `tab-${tab}` as ImportId;
          await log.beginImport(pendingOf(id));
          const session = await content.session(id);
          for (const chunk of tab === 0 ? chunks : chunks.toReversed()) {
            await session.put([{ ...chunk, bytes: chunk.bytes.slice() }]);
            await session.flush();
          }
          const snapshot = await putSnapshot(content, `m${tab}`, chunks);
          await log.commit(adding(nodeOf(`m${tab}`, snapshot)), id);
        }),
      );
      const [first] = tabs;
      equal((await first?.content.totals())?.chunks, 6);
      equal((await first?.log.load())?.nodes.length, 2);
      equal(await first?.log.pendingImports(), []);
    },
  },
  {
    name: 'gives equal skeletons and manifests one id, and reads them back',
    async run(bench) {
      const { content } = await bench.open();
      const chunk = await chunkOf(noise(100, 1));
      const snapshot = await putSnapshot(content, 'a', [chunk]);
      equal(await putSnapshot(content, 'a', [chunk]), snapshot);
      const manifest = await content.manifest(snapshot);
      equal(manifest.files, [{ name: 'a', sizeBytes: 0 }]);
      equal((await content.skeleton(manifest.skeleton)).format, 'safetensors');
      await fails('snapshot-missing', content.manifest(unknown as string as SnapshotId));
    },
  },
  {
    name: 'keeps derived values with their arrays, NaN, infinities and odd keys',
    async run(bench) {
      const { content } = await bench.open();
      const id = unknown as string as SnapshotId;
      const samples = new Float32Array([1.5, Number.NaN, -0, Infinity]);
      const value = {
        samples,
        sketch: new Uint32Array([7]),
        n: [Number.NaN, -Infinity, -0, 1],
        $array: 'x',
      };
      await content.putDerived(id, 'fingerprint', value);
      const back = (await content.derived(id, 'fingerprint')) as typeof value;
      equalContent(new Uint8Array(back.samples.buffer), new Uint8Array(samples.buffer));
      equal(
        [back.sketch instanceof Uint32Array, back.$array, back.n.map(String)],
        [true, 'x', ['NaN', '-Infinity', '0', '1']],
      );
      equal(Object.is(back.n[2], -0), true);
      equal(await content.derived(id, 'architecture'), undefined);
    },
  },
];
