import { describe, expect, test } from 'vitest';
import { ndArray } from '../../autograd/evaluate/ndArray.ts';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { mlp } from '../../core/models/mlp.ts';
import { multiHead } from '../../core/network/surgery/multiHead.ts';
import type { TrainData } from '../../core/training/trainJob.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import { joinTasks } from './joinTasks.ts';
import {
  blobUse,
  call,
  contextOf,
  networkParent,
  preparedBlobs,
  valuesOf,
} from './makeContext.fixture.ts';
import { multiTask } from './multiTask.ts';

const network = mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 });
const parent = networkParent('points', network);
const which = blobUse();
const isA = blobUse({
  targets: {
    logits: { column: 'y', classes: ['other', 'a'], mapped: { a: 'a', b: 'other', c: 'other' } },
  },
});

describe('multiHead', () => {
  test('computes with each head what its own network computes', async () => {
    const { network: joint, heads } = multiHead(
      network,
      'logits',
      [
        { units: 4, gives: 'classes' },
        { units: 1, gives: 'numbers' },
      ],
      9,
    );
    const feeds = new Map([['input', ndArray('f32', [2, 2], Float64Array.of(1, -2, 0.5, 3))]]);
    const together = await runOnnxRuntime(joint, feeds);
    for (const { output, member } of heads) {
      const alone = (await runOnnxRuntime(member.network, feeds)).get('logits');
      const own = together.get(output);
      if (alone === undefined || own === undefined) throw new Error('no output');
      expectSame(own, alone, output);
    }
    expect([...joint.initializers.keys()].filter((name) => name.startsWith('head'))).toEqual([]);
  });
});

/** Task data with a number as its one input. */
function task(name: string, inputs: readonly number[], labels: readonly number[]) {
  const part = {
    count: inputs.length,
    columns: [
      { name: 'x', dtype: 'f32', shape: [], data: Float32Array.from(inputs) },
      { name: 'y', dtype: 'i32', shape: [], data: Int32Array.from(labels) },
    ],
  } as const;
  const data: TrainData = {
    inputs: { input: 'x' },
    targets: { out: 'y' },
    classes: { out: ['no', 'yes'] },
    train: part,
    validation: part,
    test: part,
    augment: [],
    finish: {},
  };
  return { name, data, from: 'out', output: name };
}

const columns = (data: TrainData) => data.train.columns.map(({ data: values }) => [...values]);

describe('joinTasks', () => {
  test('labels examples for their own task, and shares those that tasks have in common', () => {
    const joined = joinTasks(
      [task('a', [1, 2], [0, 1]), task('b', [1, 2], [1, 1]), task('c', [3], [1])],
      'proportional',
      1,
    );
    expect(columns(joined)).toEqual([
      [1, 2, 3],
      [0, 1, -1],
      [1, 1, -1],
      [-1, -1, 1],
    ]);
    expect(joined.classes).toEqual({ a: ['no', 'yes'], b: ['no', 'yes'], c: ['no', 'yes'] });
  });

  test('takes as many of each task as the smallest or the largest has', () => {
    const tasks = [task('a', [1, 2, 3, 4], [0, 0, 0, 0]), task('b', [9], [1])];
    const counts = (policy: 'min' | 'max') => {
      const [inputs = []] = columns(joinTasks(tasks, policy, 1));
      return [inputs.filter((x) => x < 9).length, inputs.filter((x) => x === 9).length];
    };
    expect(counts('min')).toEqual([1, 1]);
    expect(counts('max')).toEqual([4, 4]);
  });

  test('refuses tasks that prepare their inputs differently', () => {
    const a = task('a', [1], [0]);
    const b = { ...a, data: { ...a.data, augment: [{ is: 'invert' }] as const } };
    expect(() => joinTasks([a, b], 'min', 1)).toThrow('prepare their inputs differently');
  });
});

/** Its metrics are those of its own head, under the name it has in its own file. */
function expectLearnt({ outcome }: MadeModel): void {
  const heads = outcome?.test?.heads ?? [];
  expect(heads.map(({ output }) => output)).toEqual(['logits']);
  expect(heads[0]?.accuracy).toBeGreaterThan(0.85);
}

describe('multi-task', () => {
  const quick = { epochs: 10, learningRate: 0.02 };

  test('gives a model for each task, with one trunk', async () => {
    const { made, orders } = await call(multiTask, [parent], quick, [which, isA]);
    expect(made).toHaveLength(2);
    const [first, second] = made;
    if (first === undefined || second === undefined) throw new Error('two models');
    expect(valuesOf(first, 'layers.0.weight')).toEqual(valuesOf(second, 'layers.0.weight'));
    const sizes = made.map((model) => valuesOf(model, 'head.bias').length);
    expect([...sizes].sort()).toEqual([2, 3]);
    for (const model of made) expectLearnt(model);
    // Both tasks label the same examples.
    expect(orders.get('multi-task')?.data.train.count).toBe(preparedBlobs(which).train.count);
  });

  test('does not depend on the order in which the tasks were chosen', async () => {
    const one = await call(multiTask, [parent], quick, [which, isA]);
    const other = await call(multiTask, [parent], quick, [isA, which]);
    expect(other.made.map(({ part }) => part)).toEqual(one.made.map(({ part }) => part));
    for (const [i, model] of one.made.entries()) {
      const twin = other.made[i];
      if (twin === undefined) throw new Error('no twin');
      expect(valuesOf(twin, 'head.weight')).toEqual(valuesOf(model, 'head.weight'));
    }
  });

  test('says beforehand which models it makes', async () => {
    const { models, jobs } = await multiTask.plan(contextOf(multiTask, [parent], {}, [which, isA]));
    expect(models).toEqual(['points-blobs y', 'points-blobs y 2']);
    expect(jobs).toBe(1);
  });
});
