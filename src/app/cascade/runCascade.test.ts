import { describe, expect, test } from 'vitest';
import { parentsOf } from '../../core/lineage/lineage.ts';
import { undoOperation } from '../undoOperation.ts';
import { listHistory } from '../listHistory.ts';
import { diamondBench } from './cascadeBench.fixture.ts';
import { previewCascade } from './previewCascade.ts';

describe('an update cascade', () => {
  test('is planned with what it may take, without doing anything', async () => {
    const { ports, base, base2 } = await diamondBench();
    const before = (await ports.log.operations()).length;
    const plan = await previewCascade(ports, { old: base, new: base2 });
    expect(plan.items.map(({ models }) => models[0]?.name)).toEqual(['a@2', 'b@2', 'd@2', 'e@2']);
    expect(plan.items[0]?.what).toMatch(/1 epoch of points/);
    expect(plan.items[0]?.estimate.ms).toBeGreaterThan(0);
    // The average and the pruning train nothing.
    expect(plan.items.map(({ estimate }) => estimate.untrained === true)).toEqual([false, false, true, true]); // prettier-ignore
    expect(plan.estimate.unknown).toBe(0);
    expect(plan.estimate.bytes).toBeGreaterThan(0);
    expect((await ports.log.operations()).length).toBe(before);
  });

  test('makes each model again from the new versions of its parents, as their next versions', async () => {
    const { ports, base, base2, a, d, cascade, named } = await diamondBench();
    const report = await cascade({ order: { old: base, new: base2 } });
    expect(report).toMatchObject({ made: 4, failed: 0, finished: true });
    const lineage = await ports.session.lineage();
    const [a2, b2, d2, e2] = [
      await named('a@2'),
      await named('b@2'),
      await named('d@2'),
      await named('e@2'),
    ];
    expect(parentsOf(lineage, a2.id, 'provenance')).toEqual([base2]);
    expect(parentsOf(lineage, a2.id, 'version')).toEqual([a]);
    expect(parentsOf(lineage, d2.id, 'provenance')).toEqual([a2.id, b2.id]);
    expect(parentsOf(lineage, d2.id, 'version')).toEqual([d]);
    expect(parentsOf(lineage, e2.id, 'provenance')).toEqual([d2.id]);
    expect(new Set([a2, b2, d2, e2].map(({ snapshot }) => snapshot)).size).toBe(4);
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  test('is one step of undo and redo, after a reload too, and one entry of the history', async () => {
    const { ports, base, base2, cascade, nodes } = await diamondBench();
    await cascade({ order: { old: base, new: base2 } });
    const after = (await nodes()).length;
    ports.session.forget();
    await undoOperation(ports.session, ports.log, 'undo');
    expect((await nodes()).length).toBe(after - 4);
    expect((await ports.session.lineage()).nodes.has(base2)).toBe(true);
    expect(listHistory(await ports.log.operations())[1]).toMatchObject({ kind: 'cascade', undone: true }); // prettier-ignore
    expect(listHistory(await ports.log.operations())[1]?.title).toMatch(/a@2 and 3 more$/);
    await undoOperation(ports.session, ports.log, 'redo');
    expect((await nodes()).length).toBe(after);
  });
});
