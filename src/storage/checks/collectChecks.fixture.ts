import type { ChunkId, ImportId } from '../../core/ids.ts';
import type { NewChunk } from '../../core/ports/contentStore.ts';
import type { Stores } from '../openStores.ts';
import { resumableMs } from '../sessions/sessionRegistry.ts';
import { equal, equalContent, type StoreBench, type StoreCheck } from './check.fixture.ts';
import {
  adding,
  chunkOf,
  idle,
  nodeOf,
  noise,
  pendingOf,
  putSnapshot,
  removing,
  varied,
} from './content.fixture.ts';

/** What the collector keeps, and what it takes. */
export const collectChecks: readonly StoreCheck[] = [
  {
    name: 'collects what no node and no root names, and keeps the rest',
    async run(bench) {
      const stores = await bench.open();
      const { content, log } = stores;
      const [kept, gone, undo] = await chunks(3);
      const a = await importModel(stores, 'a', [kept as NewChunk]);
      const b = await importModel(stores, 'b', [kept as NewChunk, gone as NewChunk]);
      const c = await importModel(stores, 'c', [undo as NewChunk]);
      await log.commit(removing(b, c));
      const freed = await content.collect([c.snapshot], idle);
      equal(freed, { chunks: 1, bytes: 4000 });
      equal(await content.has([kept, gone, undo].map((c) => c?.chunk as ChunkId)), [
        true,
        false,
        true,
      ]);
      equal((await content.manifest(a.snapshot)).files.length, 1);
      equal(await content.collect([c.snapshot], idle), { chunks: 0, bytes: 0 });
      equal(await content.collect([], idle), { chunks: 1, bytes: 4000 });
      equal((await content.totals()).chunks, 1);
      equal(await recordKeys(bench), { manifests: 1, skeletons: 1, derived: 0 });
    },
  },
  {
    name: 'keeps a base while a delta to it is needed',
    async run(bench) {
      const stores = await bench.open();
      const base = await chunkOf(noise(4000, 1));
      const delta = await chunkOf(varied(base.bytes, 900), [base.chunk]);
      const a = await importModel(stores, 'a', [base]);
      const b = await importModel(stores, 'b', [delta]);
      await stores.log.commit(removing(a));
      equal(await stores.content.collect([], idle), { chunks: 0, bytes: 0 });
      equalContent(await stores.content.read(delta.chunk), delta.bytes);
      await stores.log.commit(removing(b));
      equal((await stores.content.collect([], idle)).chunks, 2);
    },
  },
  {
    name: 'writes a pack anew when little of it is needed, and another tab goes on reading',
    async run(bench) {
      const [stores, reader] = [await bench.open(), await bench.open()];
      const all = await chunks(10);
      const session = await stores.content.session('i' as ImportId);
      await session.put(all.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })));
      await session.flush();
      const [first, second] = [all[3] as NewChunk, all[7] as NewChunk];
      const a = nodeOf('a', await putSnapshot(stores.content, 'a', [first, second]));
      await stores.log.commit(adding(a), session.id);
      equalContent(await reader.content.read(first.chunk), first.bytes);
      equal(await stores.content.collect([], idle), { chunks: 8, bytes: 32_000 });
      const raw = await bench.raw();
      equal(
        await raw.read(['packs'], async (tx) =>
          (await tx.entries('packs')).map(([, value]) =>
            value instanceof Blob ? value.size : value.length,
          ),
        ),
        [8000],
      );
      equalContent(await reader.content.read(second.chunk), second.bytes);
      equalContent(await stores.content.read(first.chunk), first.bytes);
    },
  },
  {
    name: 'deletes nothing while an import runs in another tab',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const [chunk] = await chunks(1);
      const a = await importModel(one, 'a', [chunk as NewChunk]);
      await one.log.commit(removing(a));
      const running = await two.content.session('running' as ImportId);
      equal(await two.content.has([(chunk as NewChunk).chunk]), [true]);
      equal(await one.content.collect([], idle), { chunks: 0, bytes: 0 });
      const b = nodeOf('b', await putSnapshot(two.content, 'b', [chunk as NewChunk]));
      await two.log.commit(adding(b), running.id);
      equal(await one.content.collect([], idle), { chunks: 0, bytes: 0 });
      equalContent(await one.content.read((chunk as NewChunk).chunk), (chunk as NewChunk).bytes);
    },
  },
  {
    name: 'keeps what a crashed import wrote while it can be resumed, and no longer',
    async run(bench) {
      const crashed = await bench.open();
      const base = await chunkOf(noise(4000, 1));
      const delta = await chunkOf(varied(base.bytes, 900), [base.chunk]);
      const a = await importModel(crashed, 'a', [base]);
      const pending = pendingOf('crashed');
      await crashed.log.beginImport(pending);
      const session = await crashed.content.session(pending.id);
      await session.put([delta]);
      await session.flush();
      crashed.close();
      const stores = await bench.open();
      await stores.log.commit(removing(a));
      await stores.content.collect([], idle);
      equal(await stores.content.has([base.chunk, delta.chunk]), [true, true]);
      equalContent(await stores.content.read(delta.chunk), delta.bytes);
      const later = await bench.open({ now: () => pending.startedAt + resumableMs + 1 });
      equal((await later.content.collect([], idle)).chunks, 2);
    },
  },
  {
    name: 'keeps a node that another tab committed after the roots were found',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const [chunk] = await chunks(1);
      const a = await importModel(two, 'a', [chunk as NewChunk]);
      await one.content.collect([], idle);
      equalContent(await one.content.read((chunk as NewChunk).chunk), (chunk as NewChunk).bytes);
      equal((await one.content.manifest(a.snapshot)).payloads.length, 1);
    },
  },
];

/** Chunks of 4,000 bytes. */
function chunks(count: number): Promise<NewChunk[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => chunkOf(noise(4000, 100 + at))));
}

/** Imports a model the whole way; gives its node. */
async function importModel({ content, log }: Stores, name: string, parts: readonly NewChunk[]) {
  const id = `import-${name}` as ImportId;
  await log.beginImport(pendingOf(id));
  const session = await content.session(id);
  await session.put(parts.map((part) => ({ ...part, bytes: part.bytes.slice() })));
  await session.flush();
  const node = nodeOf(name, await putSnapshot(content, name, parts));
  await log.commit(adding(node), id);
  return node;
}

async function recordKeys(bench: StoreBench) {
  const raw = await bench.raw();
  return raw.read(['manifests', 'skeletons', 'derived'], async (tx) => ({
    manifests: (await tx.keys('manifests')).length,
    skeletons: (await tx.keys('skeletons')).length,
    derived: (await tx.keys('derived')).length,
  }));
}
