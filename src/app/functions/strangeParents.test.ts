import { describe, expect, test } from 'vitest';
import { perceptron } from '../../compute/training.fixture.ts';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import { createService } from '../create/createService.ts';
import { previewCreation } from '../create/previewCreation.ts';
import { blobTable, emptyTrainingBench, trainingBench } from '../create/trainingBench.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';

const short = { epochs: 1, batchSize: 16 };

/** The perceptron with one weight that is not finite, and an empty tensor. */
function broken(value: number) {
  const network = perceptron();
  const weight = network.initializers.get('w1') as Literal;
  const numbers = numbersOf(weight);
  numbers[3] = value;
  const initializers = new Map([
    ...network.initializers,
    ['w1', literal('f32', weight.shape, numbers)] as const,
    ['empty', literal('f32', [0, 3], [])] as const,
  ]);
  return { ...network, initializers };
}

describe.each([NaN, Infinity])('a parent with the weight %d', (value) => {
  test('is quantised without that tensor, and the plan says so', async () => {
    const { create, importNetwork, ports } = await emptyTrainingBench();
    const base = await importNetwork('base', broken(value));
    const order = { function: 'quantise-int8', parents: [base] };
    const { warnings } = await previewCreation(ports, order, noRun);
    expect(warnings).toEqual(['w1 stay as they are: not all of their numbers are finite.']);
    const { models } = await create(order);
    const { tensors } = await createdTensors(ports, models[0]?.id as NodeId);
    expect(tensors.get('w1')).toBe('f32');
    expect(tensors.get('w2')).toBe('i8');
  });

  test('is not trained, and nothing of it is left', async () => {
    const { create, importNetwork, addText, ports } = await emptyTrainingBench();
    const base = await importNetwork('base', broken(value));
    const { id } = await addText('points.csv', blobTable(40));
    for (const fn of ['finetune', 'lora', 'federated-round', 'linear-probe']) {
      const order = { function: fn, parents: [base], data: [id], arguments: short };
      await expect(create(order)).rejects.toMatchObject({ code: 'training-not-finite' });
    }
    expect(await ports.log.pendingImports()).toEqual([]);
  });
});

async function createdTensors(
  ports: Awaited<ReturnType<typeof emptyTrainingBench>>['ports'],
  id: NodeId,
) {
  const node = (await ports.session.lineage()).nodes.get(id);
  const manifest = await ports.content.manifest(node?.snapshot ?? ('' as never));
  const { tensors } = await ports.content.skeleton(manifest.skeleton);
  return { tensors: new Map(tensors.map(({ name, dtype }) => [name, dtype])) };
}

describe('training', () => {
  test('of half-precision weights is refused before anything is chosen', async () => {
    const { create, base, ports } = await trainingBench();
    const { models } = await create({ function: 'quantise-fp16', parents: [base] });
    const views = await createService(ports).functions([models[0]?.id as NodeId]);
    for (const id of ['finetune', 'linear-probe', 'federated-round', 'multi-task'])
      expect(views.find((view) => view.id === id)?.unfit).toMatch(/as f16, .*it was made from$/);
  });

  const shares = (train: number, validation: number, test: number) => ({ train, validation, test });
  test.each([
    ['without validation or test examples', shares(1, 0, 0), {}],
    ['that would stop early without validation', shares(1, 0, 0), { patience: 1, epochs: 3 }],
    ['on one example', shares(0.012, 0, 0), {}],
    ['with batches larger than the data', shares(0.8, 0.1, 0.1), { batchSize: 4096 }],
    ['that changes nothing', shares(0.8, 0.1, 0.1), { learningRate: 0 }],
    ['with a warm-up that never ends', shares(0.8, 0.1, 0.1), { warmupSteps: 100_000 }],
  ])('%s gives a model', async (_, split, args) => {
    const { create, base, points, ports } = await trainingBench();
    const use = await createService(ports).proposeUse([base], points);
    const { models } = await create({
      function: 'finetune', parents: [base], arguments: { ...short, ...args },
      data: [{ ...use, split: { ...use.split, ...split, stratified: split.test > 0 } }],
    }); // prettier-ignore
    const node = (await ports.session.lineage()).nodes.get(models[0]?.id as NodeId);
    expect(node?.outcome?.test === undefined).toBe(split.test === 0);
  });

  test.each<[string, Partial<CreateOrder>]>([
    ['epochs', { arguments: { epochs: 0 } }],
    ['microBatch', { arguments: { batchSize: 16, microBatch: 3 } }],
    ['seed', { seed: 2 ** 32 }],
  ])('is refused for what is no value of %s', async (field, more) => {
    const { create, base, points } = await trainingBench();
    const order = { function: 'finetune', parents: [base], data: [points], ...more };
    await expect(create(order)).rejects.toMatchObject({ code: 'recipe-invalid', data: { field } });
  });

  test.each([0, 2 ** 32 - 1])('takes the seed %d, also for clients that count on', async (seed) => {
    const { create, base, points, trained } = await trainingBench();
    await create({
      function: 'federated-round', parents: [base], data: [points], seed,
      arguments: { ...short, clients: 2 },
    }); // prettier-ignore
    expect(trained.map(({ settings }) => settings.seed)).toEqual([seed, (seed + 1) % 2 ** 32]);
  });
});

describe('the same model twice', () => {
  test.each(['linear-average', 'task-arithmetic'])('in %s gives it again', async (fn) => {
    const { create, base, ports } = await trainingBench();
    const { models } = await create({ function: fn, parents: [base, base] });
    const { nodes, edges } = await ports.session.lineage();
    expect(edges.size).toBe(1);
    const made = nodes.get(models[0]?.id as NodeId);
    expect(made?.recipe?.parents).toHaveLength(2);
    // All values are its own: not even a delta is stored.
    expect(made?.summary.sizeBytes).toBe(nodes.get(base)?.summary.sizeBytes);
  });
});
