import { describe, expect, test } from 'vitest';
import type { CreationEvent } from '../../core/creationViews.ts';
import { perceptron } from '../../compute/training.fixture.ts';
import type { ImportId } from '../../core/ids.ts';
import { removeNodes } from '../../core/lineage/removeNodes.ts';
import { memoryPlace, type MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { createModels, resumeCreation } from './createModels.ts';
import { createService } from './createService.ts';
import { emptyTrainingBench, trainingBench } from './trainingBench.fixture.ts';

const args = { epochs: 2, batchSize: 16, learningRate: 0.05 };

/** A bench whose disk has hardly any room left once it has stored a checkpoint. */
function fullAfterOne(place: MemoryPlace) {
  return trainingBench({
    place,
    checkpointSeconds: 0,
    onCheckpoint: () => {
      if (place.disk.quotaBytes === Infinity) place.disk.quotaBytes = place.disk.usedBytes + 100;
    },
  });
}

describe('a disk that is full', () => {
  test('when a checkpoint is due does not end the training, which says so once', async () => {
    const place = memoryPlace();
    let stored = 0;
    const bench = await trainingBench({
      place,
      checkpointSeconds: 0,
      onCheckpoint: () => {
        stored++;
        if (stored === 1) place.disk.quotaBytes = place.disk.usedBytes - 1;
        if (stored === 6) place.disk.quotaBytes = Infinity;
      },
    });
    const { ports, base, points } = bench;
    const events: CreationEvent[] = [];
    const order = { function: 'finetune', parents: [base], data: [points], arguments: args };
    const made = await createModels(ports, order, noRun, (event) => events.push(event));
    const told = events.flatMap(({ event }) =>
      event.is === 'notice' && event.notice.is === 'not-saved' ? [event.notice] : [],
    );
    expect(told).toHaveLength(1);
    const [model] = made.models;
    const report = model && (await createService(ports).trainingReport(model.id));
    expect(report?.notices.map(({ is }) => is)).toContain('not-saved');
    expect(ports.unsaved.size).toBe(0);
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  test('when the model is stored takes it back, keeps what was trained and stores it later', async () => {
    const place = memoryPlace();
    const { ports, base, points, trained } = await fullAfterOne(place);
    const before = await ports.content.totals();
    const order = { function: 'finetune', parents: [base], data: [points], arguments: args };
    const full = createModels(ports, order, noRun, () => undefined);
    await expect(full).rejects.toMatchObject({ code: 'quota-exceeded' });
    expect((await ports.session.lineage()).nodes.size).toBe(1);
    expect(await ports.content.totals()).toEqual(before);
    const [job] = await createService(ports).pendingJobs();
    expect(job).toMatchObject({ title: 'Finetune of base', step: 10 });

    place.disk.quotaBytes = Infinity;
    const made = await resumeCreation(ports, (job?.id ?? '') as ImportId, noRun, () => undefined);
    expect(made.models).toHaveLength(1);
    expect(trained).toHaveLength(1);
    expect(ports.unsaved.size).toBe(0);
    expect(await ports.log.pendingImports()).toEqual([]);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
  });

  test('can be left: discarding the job forgets what was trained', async () => {
    const place = memoryPlace();
    const { ports, base, points } = await fullAfterOne(place);
    const order = { function: 'finetune', parents: [base], data: [points], arguments: args };
    const full = createModels(ports, order, noRun, () => undefined);
    await expect(full).rejects.toMatchObject({ code: 'quota-exceeded' });
    const [job] = await createService(ports).pendingJobs();
    await createService(ports).discardJob(job?.id ?? '');
    expect(ports.unsaved.size).toBe(0);
    expect(await createService(ports).pendingJobs()).toEqual([]);
  });

  test('where nothing was trained leaves no job behind', async () => {
    const place = memoryPlace();
    const { ports, base } = await trainingBench({ place });
    place.disk.quotaBytes = place.disk.usedBytes;
    const order = { function: 'prune', parents: [base] };
    await expect(createModels(ports, order, noRun, () => undefined)).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    expect(await ports.log.pendingImports()).toEqual([]);
  });
});

describe('another tab', () => {
  test('may remove the parent while its child is trained: the child stays, without the edge', async () => {
    const place = memoryPlace();
    let removed = false;
    const bench = await trainingBench({
      place,
      checkpointSeconds: 0,
      onCheckpoint: async () => {
        if (removed) return;
        removed = true;
        const other = await emptyTrainingBench({ place });
        await other.ports.session.commit((lineage) => removeNodes(lineage, [bench.base], 'detach'));
        await collectGarbage(other.ports, noRun, 0);
      },
    });
    const { ports, base, points } = bench;
    const made = await bench.create({
      function: 'finetune', parents: [base], data: [points], arguments: args,
    }); // prettier-ignore
    const lineage = await ports.session.lineage();
    expect([...lineage.nodes.values()].map(({ name }) => name)).toEqual(['base-finetuned']);
    expect(lineage.edges.size).toBe(0);
    expect(made.models).toHaveLength(1);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
  });

  test('may take the name meanwhile', async () => {
    const { create, base, points, importNetwork } = await trainingBench();
    await importNetwork('mine', perceptron(4));
    const made = await create({
      function: 'finetune', parents: [base], data: [points], arguments: args, name: 'mine',
    }); // prettier-ignore
    expect(made.models[0]?.name).toBe('mine (2)');
  });
});
