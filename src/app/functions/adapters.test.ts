import { describe, expect, test } from 'vitest';
import { mlp } from '../../core/models/mlp.ts';
import { numbersOf } from '../../core/network/literal.ts';
import { fuseAdapter } from './fuseAdapter.ts';
import { lora } from './lora.ts';
import {
  blobUse,
  call,
  contextOf,
  networkParent,
  only,
  tensorsParent,
  valuesOf,
} from './makeContext.fixture.ts';
import { prune } from './prune.ts';

const network = mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 });
const parent = networkParent('points', network);
const data = [blobUse()];
const quick = { epochs: 10, learningRate: 0.05, rank: 2 };

describe('LoRA', () => {
  test('learns with the base’s weights as they were, and fuses to the base’s own file', async () => {
    const call1 = await call(lora, [parent], quick, data);
    const model = only(call1);
    const { trainable } = call1.orders.get('lora') ?? { trainable: [] };
    expect(trainable).toEqual([
      'layers.0.weight.lora_A',
      'layers.0.weight.lora_B',
      'head.weight.lora_A',
      'head.weight.lora_B',
    ]);
    if (model.file.is !== 'weights') throw new Error('not the parent’s file');
    expect([...model.file.tensors.keys()]).toEqual(['layers.0.weight', 'head.weight']);
    expect(model.outcome?.test?.heads[0]?.accuracy).toBeGreaterThan(0.9);
  });

  test('gives an adapter that fuses to the same model', async () => {
    const whole = only(await call(lora, [parent], quick, data));
    const tiny = only(await call(lora, [parent], { ...quick, output: 'adapter' }, data));
    if (tiny.file.is !== 'tensors') throw new Error('no adapter');
    expect(tiny.file.metadata).toMatchObject({ adapter: 'lora', rank: '2' });
    const adapter = tensorsParent('adapter', tiny.file.tensors);
    for (const parents of [
      [parent, adapter],
      [adapter, parent],
    ]) {
      const fused = only(await call(fuseAdapter, parents));
      for (const name of ['layers.0.weight', 'head.weight'])
        expect(valuesOf(fused, name)).toEqual(valuesOf(whole, name));
      expect(fused.parents.map(({ role }) => role)).toEqual(['base', 'adapter']);
    }
    const none = only(await call(fuseAdapter, [parent, adapter], { strength: 0 }));
    const before = network.initializers.get('head.weight');
    expect(valuesOf(none, 'head.weight')).toEqual(before && [...numbersOf(before)]);
  });

  test('carries a new head along in the adapter', async () => {
    const ten = networkParent('ten', mlp({ inputs: 2, hidden: [8], classes: 10, seed: 1 }));
    const tiny = only(await call(lora, [ten], { ...quick, output: 'adapter' }, data));
    if (tiny.file.is !== 'tensors') throw new Error('no adapter');
    expect([...tiny.file.tensors.keys()]).toContain('head.bias');
    const fused = only(await call(fuseAdapter, [ten, tensorsParent('a', tiny.file.tensors)]));
    expect(valuesOf(fused, 'head.bias')).toHaveLength(3);
  });

  test('adapts by name, and says which names there are', async () => {
    const some = { ...quick, targets: 'pattern', pattern: ' head' };
    const { orders } = await call(lora, [parent], some, data);
    expect(orders.get('lora')?.trainable).toHaveLength(2);
    await expect(call(lora, [parent], { ...some, pattern: 'x' }, data)).rejects.toMatchObject({
      data: { reason: 'no matrix has such a name; there are layers.0.weight and head.weight' },
    });
  });

  test('refuses two models of which neither is an adapter', async () => {
    expect(await fuseAdapter.unfit([parent, parent])).toContain('must be an adapter');
  });
});

describe('prune', () => {
  const zeros = (values: readonly number[]) => values.filter((value) => value === 0).length;

  test('sets exactly the share of matrices to zero that is asked for, in a state dict too', async () => {
    const dict = tensorsParent('dict', network.initializers);
    for (const model of [parent, dict]) {
      const child = only(await call(prune, [model], { sparsity: 0.5 }));
      const all = [...valuesOf(child, 'layers.0.weight'), ...valuesOf(child, 'head.weight')];
      expect(zeros(all)).toBe(20);
      expect(child.file.is === 'weights' && [...child.file.tensors.keys()]).toEqual([
        'layers.0.weight',
        'head.weight',
      ]);
      expect(child.name).toMatch(/-pruned-50$/);
    }
  });

  test('keeps zeros while it trains, step by step', async () => {
    const given = {
      sparsity: 0.75,
      recover: true,
      steps: 3,
      storeSteps: true,
      epochs: 2,
      learningRate: 0.02,
    };
    const { made } = await call(prune, [parent], given, data);
    const counts = made.map((model) =>
      zeros([...valuesOf(model, 'layers.0.weight'), ...valuesOf(model, 'head.weight')]),
    );
    // 0.75 · (1 − (2/3)³), 0.75 · (1 − (1/3)³) and 0.75 of 40 weights.
    expect(counts).toEqual([21, 28, 30]);
    expect(made.map(({ name }) => name)).toEqual([
      'points-pruned-53',
      'points-pruned-72',
      'points-pruned-75',
    ]);
    expect(made[1]?.parents).toEqual([{ from: { part: 'step 1' }, role: 'base' }]);
    expect(made[2]?.report?.steps).toBeGreaterThan(0);
  });

  test('says that training needs data', async () => {
    await expect(call(prune, [parent], { recover: true })).rejects.toMatchObject({
      data: { field: 'data', reason: 'training after pruning needs a data set' },
    });
    const { steps, jobs } = await prune.plan(contextOf(prune, [parent]));
    expect(steps).toEqual(['Set 20 of 40 weights in 2 tensors to zero (50 %).']);
    expect(jobs).toBe(0);
  });
});
