import { describe, expect, it } from 'vitest';
import type { ImportId } from '../../core/ids.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { jobOwner } from './dropInterrupted.ts';
import { lossyBench } from './lossyBench.fixture.ts';

describe('making models lossy, interrupted', () => {
  it('stops when it is cancelled, keeps what was made, and leaves nothing half made', async () => {
    const bench = await lossyBench();
    await bench.addTest();
    const { ports, service, child, grandchild } = bench;
    const controller = new AbortController();
    const order = { nodes: [child, grandchild], quantiser: 'mgit', epsilon: 1e-4 } as const;
    const run = {
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => {
        if (done === 1) controller.abort();
      },
    };
    await expect(service.makeLossy(order, run)).rejects.toMatchObject({ name: 'AbortError' });
    const names = [...(await ports.session.lineage()).names.keys()];
    expect(names.filter((name) => name.includes('lossy'))).toEqual(['child (lossy)']);
    expect(await ports.log.pendingImports()).toEqual([]);
    expect(await ports.content.verify(await bench.snapshots(), noRun)).toEqual([]);
  });

  it('drops what a closed tab left, and only that', async () => {
    const bench = await lossyBench();
    const { log } = bench.ports;
    const pending = (id: string, job: unknown) => ({ id: id as ImportId, startedAt: 0, paths: [], handles: [], options: {}, job }); // prettier-ignore
    await log.beginImport(pending('ours', { owner: `${jobOwner}1` }));
    await log.beginImport(pending('a cascade', { owner: 'cascade' }));
    await log.beginImport(pending('a creation', {}));
    await bench.service.dropInterrupted();
    const left = (await log.pendingImports()).map(({ id }) => id).sort();
    expect(left).toEqual(['a cascade', 'a creation']);
  });
});
