import type { ImportId, SnapshotId } from '../../core/ids.ts';
import { baseOf } from '../records/packedText.ts';
import { equal, fails, type StoreBench, type StoreCheck } from './check.fixture.ts';
import { adding, idle, nodeOf, pendingOf, putSnapshot, removing } from './content.fixture.ts';

const ids = Array.from({ length: 7 }, (_, at) => String(at).repeat(64) as SnapshotId);
const [a, b, c] = ids as [SnapshotId, SnapshotId, SnapshotId];

/** Text that deflate alone leaves large, and that differs from its like in one place. */
const longValue = (version: number) => ({
  version,
  text: Array.from({ length: 300 }, (_, at) => Math.imul(at + 7, 0x9e3779b1).toString(16)).join(),
});

/** What the store promises of records that are stored as patches to others. */
export const recordChecks: readonly StoreCheck[] = [
  {
    name: 'stores a record like another one as a patch to it, in few links, and reads all back',
    async run(bench) {
      const { content } = await bench.open();
      for (const [at, id] of ids.entries())
        await content.putDerived(id, 'fingerprint', longValue(at));
      const links = await Promise.all(ids.map((id) => linksOf(bench, `${id}/fingerprint`)));
      equal([Math.max(...links) <= 4, links.filter((one) => one > 0).length >= 5], [true, true]);
      const fresh = await bench.open();
      for (const [at, id] of ids.entries())
        equal(await fresh.content.derived(id, 'fingerprint'), longValue(at));
      const { recordBytes } = await content.totals();
      equal(recordBytes, await sizeOfRecords(bench));
    },
  },
  {
    name: 'keeps records whole that lean on one that is made anew',
    async run(bench) {
      const { content } = await bench.open();
      await content.putDerived(a, 'fingerprint', longValue(1));
      await content.putDerived(b, 'fingerprint', longValue(2));
      await content.putDerived(c, 'fingerprint', longValue(3));
      await content.putDerived(a, 'fingerprint', { version: 9 });
      await content.putDerived(b, 'fingerprint', { version: 8 });
      equal(await content.derived(a, 'fingerprint'), { version: 9 });
      equal(await content.derived(b, 'fingerprint'), { version: 8 });
      equal(await content.derived(c, 'fingerprint'), longValue(3));
      equal((await content.totals()).recordBytes, await sizeOfRecords(bench));
    },
  },
  {
    name: 'keeps a record that a needed one leans on when its model goes, and no longer',
    async run(bench) {
      const stores = await bench.open();
      const { content, log } = stores;
      const nodes = [];
      for (const name of ['first', 'second']) {
        const id = `import-${name}` as ImportId;
        await log.beginImport(pendingOf(id));
        const node = nodeOf(name, await putSnapshot(content, name, []));
        await content.putDerived(node.snapshot, 'fingerprint', longValue(nodes.length));
        await log.commit(adding(node), id);
        nodes.push(node);
      }
      const [first, second] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
      equal(await linksOf(bench, `${second.snapshot}/fingerprint`), 1);
      await log.commit(removing(first));
      await content.collect([], idle);
      equal(await content.derived(second.snapshot, 'fingerprint'), longValue(1));
      equal((await content.manifest(second.snapshot)).files.at(0)?.name, 'second');
      await log.commit(removing(second));
      await content.collect([], idle);
      equal((await content.totals()).recordBytes, 0);
    },
  },
  {
    name: 'says so where what a record leans on is damaged, and mends it by putting it again',
    async run(bench) {
      const { content } = await bench.open();
      await content.putDerived(a, 'architecture', longValue(1));
      await content.putDerived(b, 'architecture', longValue(2));
      const raw = await bench.raw();
      await raw.write(['derived'], 'relaxed', async (tx) => {
        const value = (await tx.get('derived', `${a}/architecture`))?.slice();
        if (value === undefined) throw new Error('no record');
        value[20] = (value[20] ?? 0) ^ 1;
        tx.put('derived', `${a}/architecture`, value);
      });
      await fails('record-corrupt', content.derived(b, 'architecture'));
      await content.putDerived(b, 'architecture', longValue(2));
      equal(await content.derived(b, 'architecture'), longValue(2));
      await fails('record-corrupt', content.derived(a, 'architecture'));
      await content.putDerived(a, 'architecture', longValue(1));
      equal(await content.derived(a, 'architecture'), longValue(1));
    },
  },
];

/** Patches to follow from a derived value to a whole one. */
async function linksOf(bench: StoreBench, key: string): Promise<number> {
  const raw = await bench.raw();
  return raw.read(['derived'], async (tx) => {
    for (let links = 0, next = key; links < 10; links++) {
      const stored = await tx.get('derived', next);
      const base = stored && baseOf(stored.subarray(4));
      if (base === undefined) return links;
      next = base + key.slice(key.indexOf('/'));
    }
    return 10;
  });
}

async function sizeOfRecords(bench: StoreBench): Promise<number> {
  const raw = await bench.raw();
  return raw.read(['derived'], async (tx) =>
    (await tx.entries('derived')).reduce((sum, [, value]) => sum + value.length, 0),
  );
}
