import { describe, expect, test } from 'vitest';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { ImportId, NodeId, SnapshotId } from '../../core/ids.ts';
import { removeDataset } from '../../core/lineage/editDatasets.ts';
import { removeNodes } from '../../core/lineage/removeNodes.ts';
import type { MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { memoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { exportModels } from '../exportModels.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { resumeCreation } from './createModels.ts';
import type { CreatePorts } from './createPorts.ts';
import { createService } from './createService.ts';
import { jobOf } from './jobRecord.ts';
import { joinPieces } from './joinPieces.ts';
import { copyOf, emptyTrainingBench, trainingBench } from './trainingBench.fixture.ts';

const short = { epochs: 1, batchSize: 12, learningRate: 0.05 };

const federated = {
  function: 'federated-round',
  arguments: { ...short, clients: 2 },
  device: 'wasm',
} as const satisfies Partial<CreateOrder>;

/** Every file of some models, by name and as bytes. */
async function filesOf(ports: CreatePorts, ids: readonly NodeId[]) {
  const files = new Map<string, string>();
  for (const { name, files: each } of await exportModels(ports, ids, noRun))
    for (const { bytes, sizeBytes } of each)
      files.set(name, Buffer.from(await joinPieces(bytes, sizeBytes)).toString('base64'));
  return files;
}

const resume = (ports: CreatePorts, id: string) =>
  resumeCreation(ports, id as ImportId, noRun, () => undefined);

/** A creation, with the disk as it was at each of its checkpoints. */
async function withDisks(order: Partial<CreateOrder>) {
  const place = memoryPlace();
  const disks: MemoryPlace[] = [];
  const bench = await trainingBench({
    place,
    checkpointSeconds: 0,
    onCheckpoint: () => void disks.push(copyOf(place)),
  });
  const { create, base, points, ports } = bench;
  const made = await create({ function: 'finetune', parents: [base], data: [points], ...order });
  const ids = made.models.map(({ id }) => id);
  return { ...bench, disks, files: await filesOf(ports, ids) };
}

async function pendingOn(place: MemoryPlace) {
  const bench = await emptyTrainingBench({ place });
  const [job] = await createService(bench.ports).pendingJobs();
  if (job === undefined) throw new Error('no pending job');
  return { ...bench, job };
}

describe('a creation that a closed tab interrupted', () => {
  test('goes on from each checkpoint of a federated round to the same bits', async () => {
    const { disks, files } = await withDisks(federated);
    expect(disks.length).toBeGreaterThan(3);
    expect(files.size).toBe(3);
    for (const [at, disk] of disks.entries()) {
      const { ports, job, trained } = await pendingOn(disk);
      const made = await resume(ports, job.id);
      expect(await filesOf(ports, made.models.map(({ id }) => id))).toEqual(files); // prettier-ignore
      // Finished clients are not trained again.
      expect(trained.length).toBe(2 - Math.floor(at / (disks.length / 2)));
      expect(await ports.log.pendingImports()).toEqual([]);
      expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
    }
  });

  test('is not resumed by two tabs at once', async () => {
    const { disks } = await withDisks({ arguments: { ...short, epochs: 2 } });
    const [place] = disks;
    if (place === undefined) throw new Error('no checkpoint');
    const [one, two] = [await pendingOn(place), await pendingOn(place)];
    const both = await Promise.allSettled([
      resume(one.ports, one.job.id),
      resume(two.ports, two.job.id),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((each) => each.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: expect.stringMatching(/job-missing|storage-unavailable/) as string }); // prettier-ignore
    one.ports.session.forget();
    expect((await one.ports.session.lineage()).nodes.size).toBe(2);
    expect(await one.ports.log.pendingImports()).toEqual([]);
  });

  test('says so where the function is another version now, and can be discarded', async () => {
    const { disks } = await withDisks({ arguments: short });
    const { ports, job } = await pendingOn(disks[0] as MemoryPlace);
    const newer: CreatePorts = {
      ...ports,
      functionOf: (id) => ({ ...ports.functionOf(id), version: 2 }),
    };
    await expect(resume(newer, job.id)).rejects.toMatchObject({
      code: 'recipe-invalid',
      data: { field: 'function', reason: expect.stringContaining('version 1') as string },
    });
    expect(await createService(ports).pendingJobs()).toHaveLength(1);
    await createService(ports).discardJob(job.id);
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  test('says so where a parent has other content than it was begun with', async () => {
    const { disks } = await withDisks({ arguments: short });
    const { ports, job } = await pendingOn(disks[0] as MemoryPlace);
    const [pending] = await ports.log.pendingImports();
    const record = pending && jobOf(pending);
    if (pending === undefined || record === undefined) throw new Error('no record');
    const snapshots = ['another' as SnapshotId];
    await ports.log.beginImport({ ...pending, job: { ...record, snapshots } });
    await expect(resume(ports, job.id)).rejects.toMatchObject({
      code: 'recipe-invalid',
      data: { field: 'parents' },
    });
    expect(await createService(ports).pendingJobs()).toHaveLength(1);
  });

  test('says so where its parent was removed, and stays', async () => {
    const { disks, base } = await withDisks({ arguments: short });
    const { ports, job } = await pendingOn(disks[0] as MemoryPlace);
    await ports.session.commit((lineage) => removeNodes(lineage, [base], 'detach'));
    await expect(resume(ports, job.id)).rejects.toMatchObject({ code: 'node-missing' });
    expect(await createService(ports).pendingJobs()).toHaveLength(1);
  });

  test('keeps the data set it trains on from being collected', async () => {
    const { disks, points } = await withDisks({ arguments: short });
    const { ports, job } = await pendingOn(disks[0] as MemoryPlace);
    await ports.session.commit((lineage) => removeDataset(lineage, points));
    await collectGarbage(ports, noRun, 0);
    await expect(resume(ports, job.id)).resolves.toMatchObject({ models: [{}] });
  });

  test.each([
    ['of a newer app', { version: 2, title: 'Of tomorrow' }, 'storage-newer'],
    ['that is none', 'nonsense', 'record-corrupt'],
    ['without an order', { version: 1, title: 'Half', parts: new Map() }, 'record-corrupt'],
  ])('is refused with a record %s, listed, and can be discarded', async (_, job, code) => {
    const { ports } = await trainingBench();
    const id = 'strange' as ImportId;
    const startedAt = ports.now();
    await ports.log.beginImport({ id, startedAt, paths: [], handles: [], options: {}, job });
    const service = createService(ports);
    const [listed] = await service.pendingJobs();
    expect(listed).toMatchObject({ id, unfit: expect.stringMatching(/./) as string });
    await expect(resume(ports, id)).rejects.toMatchObject({ code });
    await service.discardJob(id);
    expect(await service.pendingJobs()).toEqual([]);
  });
});
