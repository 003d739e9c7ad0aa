import type { ImportId } from '../../core/ids.ts';
import type { NewChunk, RepackOrder } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Stores } from '../openStores.ts';
import { equal, equalContent, type StoreBench, type StoreCheck } from './check.fixture.ts';
import {
  adding,
  blended,
  blendOf,
  chunkOf,
  idle,
  nodeOf,
  noise,
  pendingOf,
  putSnapshot,
  removing,
} from './content.fixture.ts';

const importId = 'import-1' as ImportId;

/** What `ContentStore` promises of chunks with several bases and of storing chunks again. */
export const repackChecks: readonly StoreCheck[] = [
  {
    name: 'stores a chunk as what follows from several others of any length, and keeps them for it',
    async run(bench) {
      const stores = await bench.open();
      const [a, b] = [await chunkOf(noise(5000, 1)), await chunkOf(noise(3000, 2))];
      const sum = blendOf(await chunkOf(blended(a.bytes, b.bytes)), a, b);
      const wrong = blendOf(await chunkOf(noise(5000, 3)), a, b);
      const parts = await importModel(stores, 'parts', [a, b]);
      await importModel(stores, 'sums', [sum, wrong]);
      equal(await formsOf(stores, [sum, wrong]), [
        ['blend', 1, a.chunk, b.chunk], ['raw', 0],
      ]); // prettier-ignore
      await stores.log.commit(removing(parts));
      equal((await stores.content.collect([], idle)).chunks, 0);
      stores.close();
      const { content } = await bench.open();
      equalContent(await content.read(sum.chunk), sum.bytes);
      equalContent(await content.read(wrong.chunk), wrong.bytes);
    },
  },
  {
    name: 'stores chunks again as ordered where that is smaller, and says what it saved',
    async run(bench) {
      const stores = await bench.open();
      const [a, b, c] = await near(3);
      const sum = await chunkOf(blended(a.bytes, b.bytes));
      await importModel(stores, 'm', [a, b, c, sum]);
      const before = await stores.content.totals();
      const done = await stores.content.repack(
        [order(b, [a]), { ...order(sum), derivations: blendOf(sum, a, b).derivations ?? [] }],
        idle,
      );
      const after = await stores.content.totals();
      equal([done.chunks, done.after - done.before], [2, after.storedBytes - before.storedBytes]);
      equal(await formsOf(stores, [a, b, c, sum]), [
        ['raw', 0], ['sparse', 1, a.chunk], ['raw', 0], ['blend', 2, a.chunk, b.chunk],
      ]); // prettier-ignore
      equal(await stores.content.repack([order(a, [c]), order(b, [a])], idle).then(countOf), 1);
      for (const { chunk, bytes } of [a, b, c, sum])
        equalContent(await stores.content.read(chunk), bytes);
    },
  },
  {
    name: 'lets no chunk lean on itself, in one repacking or over several',
    async run(bench) {
      const stores = await bench.open();
      const [a, b, c] = await near(3);
      await importModel(stores, 'm', [a, b, c]);
      const ring = [order(a, [b]), order(b, [c]), order(c, [a])];
      equal(await stores.content.repack(ring, idle).then(countOf), 2);
      equal(await stores.content.repack(ring, idle).then(countOf), 0);
      equal(await stores.content.repack([order(c, [a])], idle).then(countOf), 0);
      equal((await formsOf(stores, [c])).at(0), ['raw', 0]);
      equalContent(await stores.content.read(a.chunk), a.bytes);
    },
  },
  {
    name: 'leaves a chunk as it is where a chain above it would become too long',
    async run(bench) {
      const stores = await bench.open();
      const chain = await near(9);
      const [top, last] = [chain[0], chain[8] as NewChunk];
      const other = await chunkOf(top.bytes.map((byte, at) => (at % 701 === 0 ? byte + 9 : byte)));
      await importModel(stores, 'm', [...chain, other]);
      const rows = chain.slice(1).map((chunk, at) => order(chunk, [chain[at] as NewChunk]));
      equal(await stores.content.repack(rows, idle).then(countOf), 8);
      equal((await formsOf(stores, [last])).at(0)?.at(1), 8);
      equal(await stores.content.repack([order(top, [other])], idle).then(countOf), 0);
      const shorter = { ...order(last, [top]), even: 'larger' } as const;
      equal(await stores.content.repack([order(last, [top])], idle).then(countOf), 0);
      equal(await stores.content.repack([shorter], idle).then(countOf), 1);
      equal((await formsOf(stores, [last])).at(0)?.at(1), 1);
      equal((await formsOf(stores, [chain[7] as NewChunk])).at(0)?.at(1), 7);
      equal(await stores.content.repack([order(top, [other])], idle).then(countOf), 1);
      equalContent(await stores.content.read(last.chunk), last.bytes);
    },
  },
  {
    name: 'leaves alone what an import may still take back, in this tab or another',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const [a, b] = await near(2);
      const other = await chunkOf(noise(2500, 7));
      await importModel(two, 'm', [b]);
      const session = await one.content.session(importId);
      await session.put([copy(a), copy(other)]);
      await session.flush();
      equal(await two.content.repack([order(a, [b])], idle), nothingRepacked);
      equal(await two.content.repack([order(b, [a])], idle).then(countOf), 1);
      await session.discard();
      equalContent(await two.content.read(b.chunk), b.bytes);
    },
  },
  {
    name: 'joins small packs and those half of which nobody needs',
    async run(bench) {
      const stores = await bench.open();
      const chunks = await Promise.all([1, 2, 3, 4].map((seed) => chunkOf(noise(3000, seed))));
      for (const [at, chunk] of chunks.entries()) await importModel(stores, `m${at}`, [chunk]);
      equal((await packKeys(bench)).length, 4);
      const done = await stores.content.repack([], idle);
      equal([done.chunks, done.packsWritten, done.packsRemoved], [0, 1, 4]);
      equal((await packKeys(bench)).length, 1);
      equal(await stores.content.repack([], idle), nothingRepacked);
      for (const { chunk, bytes } of chunks) equalContent(await stores.content.read(chunk), bytes);
    },
  },
  {
    name: 'leaves off when it is cancelled, with every chunk readable',
    async run(bench) {
      const stores = await bench.open();
      const chunks = await near(6);
      await importModel(stores, 'm', chunks);
      let asked = 0;
      const run: Run = {
        signal: {
          get aborted() {
            return asked++ > 2;
          },
          throwIfAborted: () => undefined,
        },
      };
      const first = chunks[0];
      const orders = chunks.slice(1).map((chunk) => order(chunk, [first]));
      const done = await stores.content.repack(orders, run);
      equal(done.chunks, 3);
      for (const { chunk, bytes } of chunks) equalContent(await stores.content.read(chunk), bytes);
    },
  },
];

const nothingRepacked = { chunks: 0, before: 0, after: 0, packsWritten: 0, packsRemoved: 0 };

function order(chunk: NewChunk, bases: readonly NewChunk[] = []): RepackOrder {
  return {
    chunk: chunk.chunk,
    element: chunk.element,
    bases: bases.map((base) => base.chunk),
  };
}

const countOf = ({ chunks }: { readonly chunks: number }) => chunks;
const copy = (chunk: NewChunk): NewChunk => ({ ...chunk, bytes: chunk.bytes.slice() });

/** Chunks of 3,000 bytes of which each differs from the others in a few. */
async function near(count: number): Promise<[NewChunk, NewChunk, NewChunk, ...NewChunk[]]> {
  const first = noise(3000, 1);
  const chunks = await Promise.all(
    Array.from({ length: count }, (_, at) =>
      chunkOf(first.map((byte, place) => (place % 500 === at ? byte + 1 : byte))),
    ),
  );
  return chunks as [NewChunk, NewChunk, NewChunk, ...NewChunk[]];
}

async function formsOf({ content }: Stores, chunks: readonly NewChunk[]) {
  const described = await content.describe(chunks.map(({ chunk }) => chunk));
  return described.map((one) => [one?.codec, one?.depth, ...(one?.bases ?? [])]);
}

async function packKeys(bench: StoreBench): Promise<number[]> {
  const raw = await bench.raw();
  return raw.read(['packs'], (tx) => tx.keys('packs'));
}

/** Imports a model the whole way; gives its node. */
async function importModel({ content, log }: Stores, name: string, parts: readonly NewChunk[]) {
  const id = `import-${name}` as ImportId;
  await log.beginImport(pendingOf(id));
  const session = await content.session(id);
  await session.put(parts.map(copy));
  await session.flush();
  const node = nodeOf(name, await putSnapshot(content, name, parts));
  await log.commit(adding(node), id);
  return node;
}
