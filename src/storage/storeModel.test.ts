import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { ImportId, SnapshotId } from '../core/ids.ts';
import type { ModelNode } from '../core/lineage/graph.ts';
import type { ImportSession, NewChunk } from '../core/ports/contentStore.ts';
import { idbBench, memoryBench } from './checks/benches.fixture.ts';
import { equal, equalContent, type StoreBench } from './checks/check.fixture.ts';
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
} from './checks/content.fixture.ts';
import type { Stores } from './openStores.ts';

/** A step of a history; `tab` is 0 or 1. Steps that make no sense where they come do nothing. */
type Step =
  | { readonly is: 'begin' | 'commit' | 'discard' | 'crash' | 'collect'; readonly tab: number }
  | { readonly is: 'put'; readonly tab: number; readonly chunk: number }
  | { readonly is: 'remove'; readonly tab: number; readonly node: number };

const tab = fc.nat({ max: 1 });
const chunkNumber = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('put' as const), tab, chunk: chunkNumber }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('begin' as const), tab }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('commit' as const), tab }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constantFrom('discard' as const, 'crash' as const, 'collect' as const),
      tab,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('remove' as const), tab, node: fc.nat({ max: 5 }) }),
  },
);

/** Eight chunks: 0, 2, 4 and 6 stand alone; the odd ones are near the one before them. */
const pool: Promise<NewChunk[]> = Promise.all(
  Array.from({ length: 8 }, async (_, at) => {
    const even = await chunkOf(noise(600, at - (at % 2)));
    if (at % 2 === 0) return even;
    const near = await chunkOf(varied(even.bytes, 200));
    return near;
  }),
);

/** What is running in one tab. */
interface Tab {
  stores: Stores;
  session: ImportSession | undefined;
  put: Set<number>;
}

class World {
  readonly bench: StoreBench;
  readonly tabs = new Map<number, Tab>();
  readonly nodes = new Map<ModelNode, readonly number[]>();
  /** Removed, but kept for undo. */
  readonly undo = new Map<ModelNode, readonly number[]>();
  names = 0;

  constructor(bench: StoreBench) {
    this.bench = bench;
  }

  async tabAt(at: number): Promise<Tab> {
    const open = this.tabs.get(at);
    if (open !== undefined) return open;
    const tab = { stores: await this.bench.open(), session: undefined, put: new Set<number>() };
    this.tabs.set(at, tab);
    return tab;
  }

  roots(): SnapshotId[] {
    return [...this.nodes.keys(), ...this.undo.keys()].map((node) => node.snapshot);
  }

  async apply(step: Step): Promise<void> {
    const tab = await this.tabAt(step.tab);
    const { content, log } = tab.stores;
    if (step.is === 'collect') await content.collect(this.roots(), idle);
    if (step.is === 'begin' && tab.session === undefined) {
      const id = `import-${this.names++}` as ImportId;
      await log.beginImport(pendingOf(id));
      tab.session = await content.session(id);
    }
    if (step.is === 'put') await this.put(tab, step.chunk);
    if (step.is === 'commit') await this.commit(tab);
    if (step.is === 'discard' && tab.session !== undefined) {
      await tab.session.discard();
      await log.endImport(tab.session.id);
      Object.assign(tab, { session: undefined, put: new Set() });
    }
    if (step.is === 'crash') {
      tab.stores.close();
      this.tabs.delete(step.tab);
    }
    if (step.is === 'remove') await this.remove(tab, step.node);
  }

  async put(tab: Tab, number: number): Promise<void> {
    if (tab.session === undefined) return;
    const chunks = await pool;
    const chunk = chunks[number];
    const base = chunks[number ^ 1];
    if (chunk === undefined || base === undefined) return;
    tab.put.add(number);
    const [stored] = await tab.stores.content.has([chunk.chunk]);
    if (stored === true) return;
    await tab.session.put([{ ...chunk, bytes: chunk.bytes.slice(), bases: [base.chunk] }]);
    if (number % 3 === 0) await tab.session.flush();
  }

  async commit(tab: Tab): Promise<void> {
    if (tab.session === undefined) return;
    const numbers = [...tab.put];
    const chunks = await pool;
    await tab.session.flush();
    const parts = numbers.flatMap((number) => chunks[number] ?? []);
    const name = `m${this.names++}`;
    const node = nodeOf(name, await putSnapshot(tab.stores.content, name, parts));
    await tab.stores.log.commit(adding(node), tab.session.id);
    this.nodes.set(node, numbers);
    Object.assign(tab, { session: undefined, put: new Set() });
  }

  async remove(tab: Tab, at: number): Promise<void> {
    const [node, numbers] = [...this.nodes][at] ?? [];
    if (node === undefined || numbers === undefined) return;
    await tab.stores.log.commit(removing(node));
    this.nodes.delete(node);
    if (at % 2 === 0) this.undo.set(node, numbers);
  }

  /** Everything named reads back, from a tab that knows nothing yet. */
  async check(): Promise<void> {
    const chunks = await pool;
    const { content, log } = await this.bench.open();
    const { nodes } = await log.load();
    equal(nodes.map(({ name }) => name).sort(), [...this.nodes.keys()].map((n) => n.name).sort());
    for (const [node, numbers] of [...this.nodes, ...this.undo]) {
      const { payloads } = await content.manifest(node.snapshot);
      equal(
        payloads.map(({ chunks: [id] }) => id),
        numbers.map((number) => chunks[number]?.chunk),
      );
      for (const number of numbers) {
        const chunk = chunks[number];
        if (chunk) equalContent(await content.read(chunk.chunk), chunk.bytes);
      }
    }
    equal(await content.verify(this.roots(), idle), []);
  }

  /** With every import ended and collected twice, nothing is left that nobody names. */
  async checkEmptied(): Promise<void> {
    for (const { stores } of this.tabs.values()) stores.close();
    const { content, log } = await this.bench.open();
    for (const { id } of await log.pendingImports()) await log.endImport(id);
    await content.collect(this.roots(), idle);
    await content.collect(this.roots(), idle);
    const chunks = await pool;
    const named = new Set([...this.nodes.values(), ...this.undo.values()].flat());
    const stored = await content.describe(chunks.map(({ chunk }) => chunk));
    const byId = new Map(stored.map((storage) => [storage?.chunk, storage]));
    const bases = new Set(
      stored.flatMap((storage, at) => (named.has(at) ? (storage?.bases ?? []) : [])),
    );
    for (const base of bases) for (const next of byId.get(base)?.bases ?? []) bases.add(next);
    for (const [at, storage] of stored.entries())
      if (storage !== undefined && !named.has(at)) equal(bases.has(storage.chunk), true);
    await this.check();
  }
}

async function live(bench: StoreBench, steps: readonly Step[]): Promise<void> {
  const world = new World(bench);
  try {
    for (const one of steps) await world.apply(one);
    await world.check();
    await world.checkEmptied();
  } finally {
    await bench.end();
  }
}

describe('any history of two tabs', () => {
  it('loses nothing that is named and leaves nothing that is not, in memory', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), (steps) =>
        live(memoryBench(), steps),
      ),
      { numRuns: 150 },
    );
  });

  it('loses nothing that is named and leaves nothing that is not, in IndexedDB', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), (steps) =>
        live(idbBench('bytes'), steps),
      ),
      { numRuns: 25 },
    );
  }, 20_000);
});
