import 'fake-indexeddb/auto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ImportId, SnapshotId } from '../../core/ids.ts';
import { fails } from '../checks/check.fixture.ts';
import {
  adding,
  blendCodec,
  blended,
  blendOf,
  chunkOf,
  idle,
  nodeOf,
  noise,
  pendingOf,
  putSnapshot,
  sparseCodec,
  varied,
} from '../checks/content.fixture.ts';
import { memoryHeadRecord } from '../platform/cacheHeadRecord.ts';
import { dumpDatabase, restoreDatabase, type DatabaseDump } from './databaseDump.fixture.ts';
import { openIdbStores } from './openIdbStores.ts';
import { schemaVersion } from './schema.ts';

const folder = new URL('fixtures/', import.meta.url);
const open = (name: string) =>
  openIdbStores({
    name,
    codecs: [sparseCodec, blendCodec],
    packsAs: 'bytes',
    head: memoryHeadRecord(),
  });

/** Fills a database with one of everything; what `opens a database of version` looks for. */
async function fill(name: string): Promise<void> {
  const stores = await open(name);
  const { content, log } = stores;
  const base = await chunkOf(noise(300, 1));
  const delta = await chunkOf(varied(base.bytes, 90), [base.chunk]);
  const blend = blendOf(await chunkOf(blended(base.bytes, delta.bytes)), base, delta);
  await log.beginImport(pendingOf('done', 1));
  const session = await content.session('done' as ImportId);
  await session.put([base, delta, blend]);
  await session.flush();
  const snapshots = [
    await putSnapshot(content, 'a', [base]),
    await putSnapshot(content, 'b', [delta], [blend]),
  ] as const;
  await content.putDerived(snapshots[0], 'fingerprint', { sketch: new Uint32Array([1, 2]) });
  const [a, b] = [nodeOf('a', snapshots[0]), nodeOf('b', snapshots[1])];
  const edge = { kind: 'provenance', from: a.id, to: b.id, grade: 'inferred' } as const;
  const operation = adding(a, b);
  await log.commit(
    { ...operation, changes: [...operation.changes, { of: 'edge', after: edge }] },
    session.id,
  );
  await log.beginImport(pendingOf('open', 2));
  stores.close();
}

describe('the database', () => {
  for (let version = 1; version <= schemaVersion; version++)
    it(`opens a database of version ${version} with everything in it`, async () => {
      const file = new URL(`version${version}.json`, folder);
      if (process.env['WRITE_FIXTURE'] === String(version)) {
        await fill(`fill-${version}`);
        writeFileSync(file, `${JSON.stringify(await dumpDatabase(`fill-${version}`), null, 1)}\n`);
      }
      const dump = JSON.parse(readFileSync(file, 'utf8')) as DatabaseDump;
      expect(dump.version).toBe(version);
      const name = `version-${version}`;
      await restoreDatabase(name, dump);
      const { content, log, close } = await open(name);
      const { nodes, edges } = await log.load();
      expect(nodes.map((node) => node.name)).toEqual(['a', 'b']);
      expect(edges).toHaveLength(1);
      expect(await log.operations()).toHaveLength(1);
      expect((await log.pendingImports()).map(({ id }) => id)).toEqual(['open']);
      const snapshots = nodes.map((node) => node.snapshot);
      expect(await content.verify(snapshots, idle)).toEqual([]);
      const { payloads } = await content.manifest(snapshots[1] as SnapshotId);
      const [chunk] = payloads[0]?.chunks ?? [];
      const expected = varied(noise(300, 1), 90);
      expect(chunk && (await content.read(chunk))).toEqual(expected);
      if (version > 1) expect((await content.totals()).chunks).toBe(3);
      expect(await content.derived(snapshots[0] as SnapshotId, 'fingerprint')).toEqual({
        sketch: new Uint32Array([1, 2]),
      });
      close();
    });

  it('refuses a database of a newer version, and says which', async () => {
    await restoreDatabase('newer', { version: schemaVersion + 3, stores: { packs: [] } });
    await expect(open('newer')).rejects.toMatchObject({
      code: 'storage-newer',
      data: { found: schemaVersion + 3, known: schemaVersion },
    });
  });

  it('gives way to a newer version of the app in another tab, and then says so', async () => {
    const stores = await open('upgraded');
    await stores.log.load();
    await restoreDatabase('upgraded', { version: schemaVersion + 1, stores: {} });
    await fails('storage-newer', stores.log.load());
    stores.close();
  });

  it('opens again after the browser has closed the connection', async () => {
    const stores = await open('closed');
    await stores.log.commit(adding(nodeOf('a', await putSnapshot(stores.content, 'a', []))));
    // A deletion that begins makes open connections close, as a browser under pressure does.
    await restoreDatabase('closed', { version: schemaVersion, stores: {} });
    expect((await stores.log.load()).nodes).toHaveLength(1);
    stores.close();
  });

  it('says that the browser has no database to give', async () => {
    const kept = globalThis.indexedDB;
    const refusing = { open: () => { throw new DOMException('denied', 'SecurityError'); } }; // prettier-ignore
    Object.defineProperty(globalThis, 'indexedDB', { value: refusing, configurable: true });
    try {
      await fails('storage-unavailable', open('refused'));
    } finally {
      Object.defineProperty(globalThis, 'indexedDB', { value: kept, configurable: true });
    }
  });

  it('tells a database that was evicted from a first visit', async () => {
    const head = memoryHeadRecord();
    const opened = (name: string) => openIdbStores({ name, codecs: [], head });
    const first = await opened('before');
    expect(await first.evictedModels()).toBe(0);
    await first.log.commit(adding(nodeOf('a', await putSnapshot(first.content, 'a', []))));
    expect(await first.evictedModels()).toBe(0);
    const emptied = await opened('after');
    expect(await emptied.evictedModels()).toBe(1);
    await emptied.erase();
    expect(await emptied.evictedModels()).toBe(0);
    await emptied.log.commit(adding(nodeOf('a', await putSnapshot(emptied.content, 'a', []))));
    expect(await emptied.evictedModels()).toBe(0);
    first.close();
    emptied.close();
  });
});
