import { describe, expect, test } from 'vitest';
import { mlp } from '../../core/models/mlp.ts';
import {
  blobUse,
  call,
  contextOf,
  networkParent,
  only,
  tensorsParent,
  valuesOf,
} from './makeContext.fixture.ts';
import { finetune } from './finetune.ts';
import { linearProbe } from './linearProbe.ts';

const network = mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 });
const parent = networkParent('points', network);
const data = [blobUse()];
const quick = { epochs: 8, learningRate: 0.02 };

describe('finetune', () => {
  test('learns, and gives the parent’s own file with other values', async () => {
    const model = only(await call(finetune, [parent], quick, data));
    expect(model.file.is).toBe('weights');
    expect(model.parents).toEqual([{ from: { node: 'node-points' }, role: 'base' }]);
    expect(model.name).toBe('points-finetuned');
    const [before, after] = [model.outcome?.parentTest, model.outcome?.test];
    expect(after?.heads[0]?.accuracy).toBeGreaterThan(0.9);
    expect(after?.loss).toBeLessThan(before?.loss ?? 0);
    expect(valuesOf(model, 'head.bias')).toHaveLength(3);
  });

  test('trains the last layers only when asked', async () => {
    const { orders, made } = await call(finetune, [parent], { ...quick, layers: 'last' }, data);
    expect(orders.get('finetune')?.trainable).toEqual(['head.weight', 'head.bias']);
    const [model] = made;
    expect(model?.file.is === 'weights' && [...model.file.tensors.keys()].sort()).toEqual([
      'head.bias',
      'head.weight',
    ]);
  });

  test('trains chosen tensors, and names those that cannot be', async () => {
    const some = { ...quick, layers: 'tensors', tensors: ['layers.0.bias'] };
    const { orders } = await call(finetune, [parent], some, data);
    expect(orders.get('finetune')?.trainable).toEqual(['layers.0.bias']);
    await expect(call(finetune, [parent], { ...some, tensors: ['x'] }, data)).rejects.toMatchObject(
      {
        code: 'recipe-invalid',
        data: { field: 'tensors', reason: 'x cannot be trained in this model' },
      },
    );
  });

  test('replaces a head that has other classes, in a new file', async () => {
    const other = networkParent('ten', mlp({ inputs: 2, hidden: [8], classes: 10, seed: 1 }));
    const model = only(await call(finetune, [other], quick, data));
    expect(model.file.is).toBe('network');
    expect(valuesOf(model, 'head.bias')).toHaveLength(3);
    expect(model.outcome?.parentTest).toBeUndefined();
    await expect(call(finetune, [other], { head: 'keep' }, data)).rejects.toMatchObject({
      code: 'data-unfit',
    });
  });

  test('says beforehand what it will do', async () => {
    const plan = await finetune.plan(contextOf(finetune, [parent], { layers: 'last' }, data));
    expect(plan.steps).toEqual([
      'Train 27 of 51 parameters in 2 tensors for 4 epochs.',
      'Keep the weights of the epoch with the lowest validation loss.',
    ]);
    expect((await plan.job?.())?.data.train.count).toBe(120);
  });

  test('refuses a model that does not say how it computes', async () => {
    const weights = tensorsParent('dict', network.initializers);
    expect(await finetune.unfit([weights])).toContain('dict holds weights only');
    expect(await finetune.unfit([parent])).toBeUndefined();
  });

  test('refuses a micro-batch that does not divide the batch', async () => {
    await expect(
      call(finetune, [parent], { batchSize: 32, microBatch: 5 }, data),
    ).rejects.toMatchObject({ code: 'recipe-invalid', data: { field: 'microBatch' } });
  });
});

describe('linear probe', () => {
  test('trains a fresh last layer and nothing else', async () => {
    const { orders, made } = await call(
      linearProbe,
      [parent],
      { epochs: 10, learningRate: 0.1 },
      data,
    );
    expect(orders.get('linear-probe')?.trainable).toEqual(['head.weight', 'head.bias']);
    expect(made[0]?.file.is).toBe('weights');
    expect(made[0]?.outcome?.test?.heads[0]?.accuracy).toBeGreaterThan(0.8);
  });
});
