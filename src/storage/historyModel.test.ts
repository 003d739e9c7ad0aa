import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { isLineageError } from '../core/lineageError.ts';
import type { ImportId, SnapshotId } from '../core/ids.ts';
import type { ModelNode } from '../core/lineage/graph.ts';
import type { ImportSession, NewChunk, RepackOrder } from '../core/ports/contentStore.ts';
import { equal, equalContent } from './checks/check.fixture.ts';
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
} from './checks/content.fixture.ts';
import {
  damage,
  healthySteps,
  poolSize,
  type Asked,
  type Step,
} from './checks/historySteps.fixture.ts';
import { Killed, mortalBench } from './checks/mortalStores.fixture.ts';
import type { MortalBench, MortalStores } from './checks/mortalStores.fixture.ts';
import { decodeDirectory } from './packs/directory.ts';

/** Places of the chunks that each fourth one is the sum of: sums of sums among them. */
const partsOf = (at: number): number[] => (at % 4 === 3 ? [at - 1, at - 3] : []);

/**
 * Chunks of 600 bytes, most of them so near one another that deltas lead from any to any. Each fourth
 * is the sum of two others, some of them longer ones, and near no other.
 */
const pool: Promise<readonly NewChunk[]> = (async () => {
  const first = noise(600, 1);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < poolSize; at++) {
    const near = first.map((byte, place) => (place % (53 + at) === at % 7 ? byte + at + 1 : byte));
    const [a, b] = partsOf(at).map((part) => parts[part]);
    if (a !== undefined && b !== undefined) parts.push(blended(a, b));
    else parts.push(at === 9 ? noise(900, 2) : near);
  }
  return Promise.all(parts.map((bytes) => chunkOf(bytes)));
})();

/** What is running in one tab. */
interface Tab {
  readonly stores: MortalStores;
  session: ImportSession | undefined;
  readonly put: Set<number>;
}

class World {
  readonly bench: MortalBench;
  readonly tabs = new Map<number, Tab>();
  readonly nodes = new Map<ModelNode, readonly number[]>();
  damaged = false;
  /** Whether no other step is under way. */
  alone = true;
  names = 0;

  constructor(bench: MortalBench) {
    this.bench = bench;
  }

  async tabAt(at: number): Promise<Tab> {
    const open = this.tabs.get(at);
    if (open !== undefined) return open;
    const fresh = { stores: await this.bench.open(), session: undefined, put: new Set<number>() };
    this.tabs.set(at, fresh);
    return fresh;
  }

  roots(): SnapshotId[] {
    return [...this.nodes.keys()].map((node) => node.snapshot);
  }

  /** Does a step; one in which the tab dies ends as if the tab had been closed there. */
  async apply(step: Step): Promise<void> {
    if (step.is === 'between') {
      this.alone = false;
      const { stores } = await this.tabAt(0);
      stores.interrupt(step.at, () => this.apply(step.inner));
      await this.apply(step.outer);
      stores.interrupt(-1, () => Promise.resolve());
      this.alone = true;
      return;
    }
    try {
      await this.attempt(step, await this.tabAt(step.tab));
    } catch (error) {
      if (this.damaged && isLineageError(error, 'chunk-missing', 'snapshot-missing')) return;
      if (!(error instanceof Killed)) throw error;
      this.close(step.tab);
    }
  }

  close(at: number): void {
    this.tabs.get(at)?.stores.close();
    this.tabs.delete(at);
  }

  async attempt(step: Step, tab: Tab): Promise<void> {
    const { content, lock } = tab.stores;
    if (step.is === 'crash') this.close(step.tab);
    if (step.is === 'die') tab.stores.dieAt(step.death);
    if (step.is === 'begin') await this.begin(tab);
    if (step.is === 'put') await this.put(tab, step.asked);
    if (step.is === 'model') {
      await this.put(tab, step.asked);
      await lock.exclusive(() => this.commit(tab));
    }
    if (step.is === 'commit') await lock.exclusive(() => this.commit(tab));
    if (step.is === 'remove') await lock.exclusive(() => this.remove(tab, step.node));
    if (step.is === 'damage') await this.damage(step.pack, step.at);
    if (step.is === 'collect') await lock.exclusive(() => content.collect(this.roots(), idle));
    if (step.is === 'repack') await lock.exclusive(() => this.repack(tab, step.asked));
    if (step.is === 'discard') await this.discard(tab);
  }

  async discard(tab: Tab): Promise<void> {
    if (tab.session === undefined) return;
    const { id } = tab.session;
    await tab.session.discard();
    await tab.stores.log.endImport(id);
    tab.session = undefined;
    tab.put.clear();
  }

  async begin(tab: Tab): Promise<void> {
    if (tab.session !== undefined) return;
    const id = `import-${this.names++}` as ImportId;
    await tab.stores.log.beginImport(pendingOf(id));
    tab.session = await tab.stores.content.session(id);
  }

  async put(tab: Tab, several: readonly Asked[]): Promise<void> {
    await this.begin(tab);
    const { session, put, stores } = tab;
    if (session === undefined) return;
    for (const one of several) {
      const [chunk, order] = await Promise.all([chunkAt(one.chunk), orderOf(one)]);
      put.add(one.chunk);
      const [stored] = await stores.content.has([chunk.chunk]);
      if (stored === true) continue;
      await session.put([{ ...chunk, ...order, bytes: chunk.bytes.slice() }]);
    }
    if (several.length % 2 === 0) await session.flush();
  }

  async commit(tab: Tab): Promise<void> {
    if (tab.session === undefined) return;
    const numbers = [...tab.put];
    await tab.session.flush();
    const parts = await Promise.all(numbers.map(chunkAt));
    const name = `m${this.names++}`;
    const node = nodeOf(name, await putSnapshot(tab.stores.content, name, parts));
    try {
      await tab.stores.log.commit(adding(node), tab.session.id);
    } finally {
      // The tab may have died after the commit.
      if (await this.has(node)) this.nodes.set(node, numbers);
    }
    tab.session = undefined;
    tab.put.clear();
  }

  async has({ id }: ModelNode): Promise<boolean> {
    const stores = await this.bench.open();
    const { nodes } = await stores.log.load();
    stores.close();
    return nodes.some((node) => node.id === id);
  }

  async remove(tab: Tab, at: number): Promise<void> {
    const node = [...this.nodes.keys()][at];
    if (node === undefined) return;
    try {
      await tab.stores.log.commit(removing(node));
    } finally {
      if (!(await this.has(node))) this.nodes.delete(node);
    }
  }

  async repack({ stores: { content } }: Tab, several: readonly Asked[]): Promise<void> {
    const before = await content.totals();
    const done = await content.repack(await Promise.all(several.map(orderOf)), idle);
    const after = await content.totals();
    if (this.damaged || !this.alone) return;
    equal(after.chunks, before.chunks);
    equal(after.storedBytes - before.storedBytes, done.after - done.before);
  }

  /** Turns a bit over in a pack, or in the directory of one. */
  async damage(which: number, at: number): Promise<void> {
    this.damaged = true;
    const raw = await this.bench.raw();
    const table = at % 5 === 0 ? 'directories' : 'packs';
    await raw.write([table, 'counters'], 'relaxed', async (tx) => {
      const keys = await tx.keys(table);
      const key = keys[which % Math.max(1, keys.length)];
      const value = key === undefined ? undefined : await tx.get(table, key);
      if (key === undefined || !(value instanceof Uint8Array) || value.length === 0) return;
      const bytes = value.slice();
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 4;
      if (table === 'packs') tx.put('packs', key, bytes);
      else tx.put('directories', key, bytes);
    });
    for (const one of [...this.tabs.keys()]) this.close(one);
  }

  /** Everything named reads back, from a tab that knows nothing yet. */
  async check(): Promise<void> {
    const stores = await this.bench.open();
    const { content, log } = stores;
    const { nodes } = await log.load();
    equal(nodes.map(({ name }) => name).sort(), [...this.nodes.keys()].map((n) => n.name).sort());
    equal(await content.verify(this.roots(), idle), []);
    for (const numbers of this.nodes.values())
      for (const at of numbers) {
        const { chunk, bytes } = await chunkAt(at);
        equalContent(await content.read(chunk), bytes);
      }
    await this.checkForms(stores);
    stores.close();
  }

  /** Chains within their bounds, no chunk in two places, no pack of another length than its directory's. */
  async checkForms({ content }: MortalStores): Promise<void> {
    const chunks = await pool;
    const described = await content.describe(chunks.map(({ chunk }) => chunk));
    for (const storage of described) equal((storage?.depth ?? 0) <= 8, true);
    const raw = await this.bench.raw();
    const seen = new Set<string>();
    const [directories, packs] = await raw.read(['directories', 'packs'], (tx) =>
      Promise.all([tx.entries('directories'), tx.entries('packs')]),
    );
    if (this.damaged) return;
    equal(directories.map(([key]) => key), packs.map(([key]) => key)); // prettier-ignore
    for (const [pack, bytes] of directories) {
      const entries = decodeDirectory(pack, bytes);
      const value = packs.find(([key]) => key === pack)?.[1];
      const length = value instanceof Uint8Array ? value.length : value?.size;
      equal(length, entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0)); // prettier-ignore
      for (const { chunk, removed } of entries) {
        if (removed === true) continue;
        equal(seen.has(chunk), false);
        seen.add(chunk);
      }
    }
  }

  /** Removes every other model, and all that only those needed. */
  async halve(): Promise<void> {
    const tab = await this.tabAt(0);
    const { content, log } = tab.stores;
    for (const { id } of await log.pendingImports()) await log.endImport(id);
    for (const [at] of [...this.nodes].entries())
      if (at % 2 === 1) await this.remove(tab, (at + 1) / 2);
    await content.collect(this.roots(), idle);
    await content.repack([], idle);
    this.close(0);
  }

  /** Puts everything again until nothing is wrong, as dropping the files again does. */
  async heal(): Promise<void> {
    const stores = await this.bench.open();
    const { content, log } = stores;
    const chunks = await pool;
    for (let times = 0; times < poolSize; times++) {
      if ((await content.verify(this.roots(), idle)).every(({ key }) => key.includes('/'))) break;
      const session = await content.session('heal' as ImportId);
      const stored = await content.has(chunks.map(({ chunk }) => chunk));
      const wanted = chunks.filter((_, at) => stored[at] !== true);
      await session.put(wanted.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })));
      await session.flush();
      await log.endImport(session.id);
    }
    // A directory that cannot be read goes with the next collection.
    for (const { id } of await log.pendingImports()) await log.endImport(id);
    await content.collect(this.roots(), idle);
    stores.close();
  }
}

async function chunkAt(at: number): Promise<NewChunk> {
  const chunk = (await pool)[at];
  if (chunk === undefined) throw new Error(`no chunk ${at}`);
  return chunk;
}

async function orderOf({ chunk, bases, blend, larger }: Asked): Promise<RepackOrder> {
  const wanted = await chunkAt(chunk);
  const parts = await Promise.all((blend === 'right' ? partsOf(chunk) : blend).map(chunkAt));
  return {
    chunk: wanted.chunk,
    element: wanted.element,
    bases: await Promise.all(bases.map(async (at) => (await chunkAt(at)).chunk)),
    derivations: parts.length === 0 ? [] : (blendOf(wanted, ...parts).derivations ?? []),
    ...(larger ? { even: 'larger' } : {}),
  };
}

async function live(bench: MortalBench, steps: readonly Step[]): Promise<void> {
  const world = new World(bench);
  try {
    for (const step of steps) await world.apply(step);
    for (const at of [...world.tabs.keys()]) world.close(at);
    if (world.damaged) await world.heal();
    await world.check();
    await world.halve();
    await world.check();
  } finally {
    for (const at of [...world.tabs.keys()]) world.close(at);
    await bench.end();
  }
}

const runs = { memory: 30, indexeddb: 10 } as const;

describe('any history with repacking and tabs that die', () => {
  for (const on of ['memory', 'indexeddb'] as const) {
    it(`leaves everything that is named readable, in ${on}`, async () => {
      const histories = fc.array(fc.oneof(...healthySteps), { maxLength: 50, size: 'max' });
      await fc.assert(
        fc.asyncProperty(histories, (steps) => live(mortalBench(on), steps)),
        { numRuns: runs[on] },
      );
    }, 60_000);

    it(`can be mended by putting the same content again after damage, in ${on}`, async () => {
      const histories = fc.array(fc.oneof(...healthySteps, damage), { maxLength: 50, size: 'max' });
      await fc.assert(
        fc.asyncProperty(histories, (steps) => live(mortalBench(on), steps)),
        { numRuns: runs[on] },
      );
    }, 60_000);
  }
});
