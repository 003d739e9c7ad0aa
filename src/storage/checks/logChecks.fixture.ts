import type { ChunkId, ImportId, NodeId, SnapshotId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import { equal, fails, type StoreCheck } from './check.fixture.ts';
import {
  adding,
  chunkOf,
  datasetOf,
  idle,
  nodeOf,
  noise,
  operationOf,
  pendingOf,
  putSnapshot,
  removing,
} from './content.fixture.ts';

const importId = 'import-1' as ImportId;

/** What `LineageLog` and `WriterLock` promise. */
export const logChecks: readonly StoreCheck[] = [
  {
    name: 'gives nodes, edges and operations back in the order they came, after a reload too',
    async run(bench) {
      const stores = await bench.open();
      const snapshot = await putSnapshot(stores.content, 'a', []);
      const nodes = Array.from({ length: 300 }, (_, at) =>
        nodeOf(`n${(at * 7919) % 300}`, snapshot),
      );
      const edge = (from: number, to: number): Edge => ({
        kind: 'version',
        from: nodes[from]?.id as NodeId,
        to: nodes[to]?.id as NodeId,
        grade: 'declared',
      });
      const edges = [edge(3, 4), edge(1, 2), edge(2, 9)];
      const operations = [
        adding(...nodes),
        operationOf(...edges.map((after) => ({ of: 'edge', after }) as const)),
      ];
      for (const operation of operations) await stores.log.commit(operation);
      stores.close();
      const { log } = await bench.open();
      equal(await log.load(), {
        nodes,
        edges,
        rejections: [],
        datasets: [],
        tests: [],
        branches: [],
      });
      equal(await log.operations(), operations);
    },
  },
  {
    name: 'refuses an operation whose before is not what is stored, and changes nothing',
    async run(bench) {
      const { content, log } = await bench.open();
      const snapshot = await putSnapshot(content, 'a', []);
      const [a, b] = [nodeOf('a', snapshot), nodeOf('b', snapshot)];
      await log.commit(adding(a));
      await fails('operation-conflict', log.commit(adding(b, a)));
      await fails('operation-conflict', log.commit(removing(b)));
      const stale = {
        of: 'node',
        before: { ...a, notes: 'old' },
        after: { ...a, name: 'c' },
      } as const;
      await fails('operation-conflict', log.commit(operationOf({ of: 'node', after: b }, stale)));
      equal((await log.load()).nodes, [a]);
      equal((await log.operations()).length, 1);
    },
  },
  {
    name: 'keeps data sets like models: content before the record that names it',
    async run(bench) {
      const { content, log } = await bench.open();
      const { id, snapshot, ...rest } = datasetOf('d', await putSnapshot(content, 'd', []));
      const gone = { id, ...rest, snapshot: 'f'.repeat(64) as SnapshotId };
      await fails('snapshot-missing', log.commit(operationOf({ of: 'dataset', after: gone })));
      const stored = { id, ...rest, snapshot };
      await log.commit(operationOf({ of: 'dataset', after: stored }));
      const { log: again, content: reopened } = await bench.open();
      equal(await again.load(), {
        nodes: [],
        edges: [],
        rejections: [],
        datasets: [stored],
        tests: [],
        branches: [],
      });
      await reopened.collect([], idle);
      equal((await reopened.manifest(snapshot)).payloads, []);
    },
  },
  {
    name: 'applies changes of one record in order, and takes a record out',
    async run(bench) {
      const { content, log } = await bench.open();
      const a = nodeOf('a', await putSnapshot(content, 'a', []));
      const renamed = { ...a, name: 'b' };
      const rejection = { kind: 'provenance', a: a.id, b: 'z' as NodeId } as const;
      await log.commit(
        operationOf(
          { of: 'node', after: a },
          { of: 'node', before: a, after: renamed },
          { of: 'rejection', after: rejection },
        ),
      );
      equal(await log.load(), {
        nodes: [renamed],
        edges: [],
        rejections: [rejection],
        datasets: [],
        tests: [],
        branches: [],
      });
      const turned = { kind: 'provenance', a: 'z' as NodeId, b: a.id } as const;
      await fails(
        'operation-conflict',
        log.commit(operationOf({ of: 'rejection', after: turned })),
      );
      await log.commit(
        operationOf({ of: 'node', before: renamed }, { of: 'rejection', before: rejection }),
      );
      equal(await log.load(), {
        nodes: [],
        edges: [],
        rejections: [],
        datasets: [],
        tests: [],
        branches: [],
      });
    },
  },
  {
    name: 'refuses a node whose snapshot or chunk is not stored',
    async run(bench) {
      const { content, log } = await bench.open();
      const nowhere = 'cd'.repeat(32) as SnapshotId;
      await fails('snapshot-missing', log.commit(adding(nodeOf('a', nowhere))));
      const lost = await chunkOf(noise(100, 5));
      const snapshot = await putSnapshot(content, 'a', [lost]);
      await fails('chunk-missing', log.commit(adding(nodeOf('a', snapshot))));
      const literal = await putSnapshot(content, 'a', [], [lost]);
      await fails('chunk-missing', log.commit(adding(nodeOf('a', literal))));
      const session = await content.session(importId);
      await session.put([lost]);
      await fails('chunk-missing', log.commit(adding(nodeOf('a', snapshot))));
      await session.flush();
      await log.commit(adding(nodeOf('a', snapshot)), importId);
      equal((await log.load()).nodes.length, 1);
    },
  },
  {
    name: 'remembers a pending import until it is committed or ended, and whether it runs',
    async run(bench) {
      const stores = await bench.open();
      const pending = pendingOf(importId, 5);
      await stores.log.beginImport(pending);
      await stores.log.beginImport(pendingOf('import-2', 6));
      await stores.content.session(importId);
      const other = await bench.open();
      equal(await other.log.pendingImports(), [
        { ...pending, running: true },
        { ...pendingOf('import-2', 6), running: false },
      ]);
      await fails('storage-unavailable', other.content.session(importId));
      stores.close();
      equal(
        (await other.log.pendingImports()).map(({ running }) => running),
        [false, false],
      );
      await other.content.session(importId);
      await other.log.commit(
        adding(nodeOf('a', await putSnapshot(other.content, 'a', []))),
        importId,
      );
      equal(
        (await other.log.pendingImports()).map(({ id }) => id),
        ['import-2'],
      );
      await other.log.endImport('import-2' as ImportId);
      equal(await other.log.pendingImports(), []);
    },
  },
  {
    name: 'tells other tabs of a commit, and not the one that made it',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      let own = 0;
      one.log.onForeignCommit(() => own++);
      const told = new Promise<void>((resolve) => two.log.onForeignCommit(resolve));
      await one.log.commit(adding(nodeOf('a', await putSnapshot(one.content, 'a', []))));
      await told;
      equal(own, 0);
      equal((await two.log.load()).nodes.length, 1);
    },
  },
  {
    name: 'lets one tab at a time work under the writer lock, in order, failing or not',
    async run(bench) {
      const [one, two] = [await bench.open(), await bench.open()];
      const steps: string[] = [];
      const work = (name: string) => async () => {
        steps.push(`${name} in`);
        await one.log.load();
        steps.push(`${name} out`);
        if (name === 'a') throw new Error('a failed');
      };
      const results = await Promise.allSettled([
        one.lock.exclusive(work('a')),
        two.lock.exclusive(work('b')),
      ]);
      equal(steps, ['a in', 'a out', 'b in', 'b out']);
      equal(
        results.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      );
    },
  },
  {
    name: 'forgets everything when it is erased',
    async run(bench) {
      const stores = await bench.open();
      const chunk = await chunkOf(noise(100, 5));
      const session = await stores.content.session(importId);
      await session.put([chunk]);
      await session.flush();
      await stores.log.commit(
        adding(nodeOf('a', await putSnapshot(stores.content, 'a', [chunk]))),
        importId,
      );
      await stores.erase();
      equal(await stores.log.load(), {
        nodes: [],
        edges: [],
        rejections: [],
        datasets: [],
        tests: [],
        branches: [],
      });
      equal(await stores.content.has([chunk.chunk]), [false]);
      equal(await stores.evictedModels(), 0);
      const again = await bench.open();
      equal(await again.evictedModels(), 0);
      equal((await again.content.totals()).recordBytes, 0);
      equal(await again.content.has(['ef'.repeat(32) as ChunkId]), [false]);
    },
  },
];
