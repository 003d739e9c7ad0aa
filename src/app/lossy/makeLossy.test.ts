import { describe, expect, it } from 'vitest';
import { nodeCheck } from '../../core/branches/recordChecks.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { edgeKey } from '../../core/lineage/lineage.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { replayModel } from '../create/replayModel.ts';
import { undoOperation } from '../undoOperation.ts';
import { lossyBench } from './lossyBench.fixture.ts';

const mgit = { quantiser: 'mgit', epsilon: 1e-4 } as const;

describe('making models lossy', () => {
  it('stores steps from the lossy parent, within the bound at every depth, with a receipt', async () => {
    const bench = await lossyBench();
    await bench.addTest();
    const { service, child, grandchild, parent } = bench;
    const report = await service.makeLossy({ nodes: [grandchild, child], ...mgit }, noRun);
    const [first, second] = report.results;
    if (first?.is !== 'made' || second?.is !== 'made') throw new Error(JSON.stringify(report));
    expect([first.original, second.original]).toEqual([child, grandchild]);
    expect(first.receipt.base).toBe(parent);
    expect(second.receipt.base).toBe(first.node);
    for (const { original, node, receipt } of [first, second]) {
      expect(receipt.lossyBytes).toBeLessThan(receipt.losslessBytes / 3);
      expect(receipt.maxError).toBeLessThan(Math.log(1.0001) + 2e-7);
      const [before, after] = [await bench.values(original, 'w2'), await bench.values(node, 'w2')];
      const errors = before.map((value, i) => Math.abs(value - (after[i] ?? NaN)));
      expect(Math.max(...errors)).toBeLessThan(Math.log(1.0001) + 2e-7);
      expect(Math.max(...errors)).toBeGreaterThan(5e-5);
      expect(await service.lossyReceipt(node)).toEqual(receipt);
    }
    const { manifest } = {
      manifest: await bench.ports.content.manifest(await snapshotOf(bench, second.node)),
    };
    const chunks = manifest.payloads.flatMap((payload) => payload.chunks);
    const stored = (await bench.ports.content.describe(chunks)).filter(
      (one) => (one?.rawBytes ?? 0) > 1000,
    );
    expect(stored.map((one) => one?.codec)).toEqual(stored.map(() => 'steps'));
    expect(report.storedBytes).toBeLessThan(40_000);
    // Its receipt goes with a lineage file, and is checked when it comes back.
    const exported = JSON.parse(JSON.stringify((await bench.ports.session.lineage()).nodes.get(second.node))) as ModelNode; // prettier-ignore
    expect(exported.outcome?.lossy).toEqual(second.receipt);
    expect(nodeCheck(exported)).toBeUndefined();
    const broken = { ...exported, outcome: { lossy: { ...second.receipt, steps: 'none' } } };
    expect(nodeCheck(broken)).toMatch(/steps/);
    const lineage = await bench.ports.session.lineage();
    expect(lineage.edges.has(edgeKey('version', child, first.node))).toBe(true);
    expect(lineage.edges.has(edgeKey('provenance', first.node, second.node))).toBe(true);
    expect((await replayModel(bench.ports, second.node, noRun, () => undefined)).grade.is).toBe('equal-bits'); // prettier-ignore
    // One step takes both back.
    await undoOperation(bench.ports.session, bench.ports.log, 'undo'); // the replay's grade
    await undoOperation(bench.ports.session, bench.ports.log, 'undo');
    const left = await bench.ports.session.lineage();
    expect([first.node, second.node, grandchild].map((id) => left.nodes.has(id))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

async function snapshotOf(bench: Awaited<ReturnType<typeof lossyBench>>, id: string) {
  const node = (await bench.ports.session.lineage()).nodes.get(id as never);
  if (node === undefined) throw new Error('no such model');
  return node.snapshot;
}
