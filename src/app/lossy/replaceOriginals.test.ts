import { describe, expect, it } from 'vitest';
import { edgeKey } from '../../core/lineage/lineage.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { undoOperation } from '../undoOperation.ts';
import { lossyBench } from './lossyBench.fixture.ts';

async function lossyFamily() {
  const bench = await lossyBench();
  await bench.addTest();
  const { child, grandchild } = bench;
  const order = { nodes: [child, grandchild], quantiser: 'mgit', epsilon: 1e-4 } as const;
  const { results } = await bench.service.makeLossy(order, noRun);
  const [a, b] = results.flatMap((one) => (one.is === 'made' ? [one.node] : []));
  if (a === undefined || b === undefined) throw new Error(JSON.stringify(results));
  return { ...bench, lossyChild: a, lossyGrandchild: b };
}

describe('originals of lossy models', () => {
  it('are released: edges are healed, bytes come free, and the lossy models read as before', async () => {
    const bench = await lossyFamily();
    const { service, ports, lossyChild, lossyGrandchild, parent } = bench;
    const before = await bench.values(lossyGrandchild, 'w1');
    const stored = (await ports.content.totals()).storedBytes;
    expect(await service.releaseLossy([lossyChild, lossyGrandchild])).toEqual([bench.child, bench.grandchild]); // prettier-ignore
    const lineage = await ports.session.lineage();
    expect([...lineage.nodes.keys()].sort()).toEqual(
      [bench.base, parent, lossyChild, lossyGrandchild].sort(),
    );
    expect(lineage.edges.get(edgeKey('provenance', parent, lossyChild))?.grade).toBe('declared');
    expect(lineage.edges.has(edgeKey('provenance', lossyChild, lossyGrandchild))).toBe(true);
    await collectGarbage(ports, noRun, 0);
    const after = (await ports.content.totals()).storedBytes;
    expect(after).toBeLessThan(stored - 30_000);
    expect(await bench.values(lossyGrandchild, 'w1')).toEqual(before);
    await expect(service.releaseLossy([lossyChild])).rejects.toMatchObject({
      code: 'lossy-refused',
    });
    await expect(service.promoteLossy([lossyChild])).rejects.toMatchObject({
      code: 'lossy-refused',
    });
  });

  it('come back with one undo while their content is there', async () => {
    const bench = await lossyFamily();
    const { service, ports } = bench;
    const edges = [...(await ports.session.lineage()).edges.keys()].sort();
    await service.releaseLossy([bench.lossyChild, bench.lossyGrandchild]);
    await undoOperation(ports.session, ports.log, 'undo');
    expect([...(await ports.session.lineage()).edges.keys()].sort()).toEqual(edges);
  });

  it('take their places back when they are promoted', async () => {
    const bench = await lossyFamily();
    const { service, ports, lossyChild, child, lossyGrandchild } = bench;
    expect(await service.promoteLossy([lossyChild])).toEqual([child]);
    const lineage = await ports.session.lineage();
    expect(lineage.nodes.has(lossyChild)).toBe(false);
    expect(lineage.edges.get(edgeKey('provenance', child, lossyGrandchild))?.grade).toBe(
      'inferred',
    );
    // Its chunks still lean on what the lossy parent was.
    await collectGarbage(ports, noRun, 0);
    expect(await bench.values(lossyGrandchild, 'w2')).toHaveLength(6000);
    await expect(service.promoteLossy([child])).rejects.toMatchObject({ code: 'lossy-refused' });
  });

  it('are no base of lossy models made of lossy ones: these are refused', async () => {
    const bench = await lossyFamily();
    const order = { nodes: [bench.lossyChild], quantiser: 'mgit', epsilon: 1e-3 } as const;
    await expect(bench.service.makeLossy(order, noRun)).rejects.toMatchObject({
      code: 'lossy-refused',
      data: { reason: 'it is lossy already' },
    });
  });
});
